// One box ticks all the rows that are shown. Without this each row has its own box.

const all = document.querySelector("#tick-all");
const boxes = [...document.querySelectorAll("input[name=task]")];

const update = () => {
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
};

if (all) {
  all.closest("[hidden]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    update();
  });
  for (const box of boxes) box.addEventListener("change", update);
  update();
}
