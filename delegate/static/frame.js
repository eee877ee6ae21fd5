// The menus of the frame close when one looks elsewhere. Without this they close by their own button.

const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// After a form came back with faults, the reader starts at what went wrong.
document.querySelector("#conflict, #faults")?.focus();
