// The day to look back follows the level that is chosen, until someone sets it by hand.

const form = document.querySelector("#choose");
const day = form?.querySelector("[name=look_back_on]");

if (day) {
  let suggested = day.value;
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "level" || day.value !== suggested) return;
    suggested = day.value = target.dataset.lookBack;
  });
}
