// The menus of the frame, where a reader starts, and a word before typed text is lost.

// ---------- menus close when one looks elsewhere ----------

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

// ---------- where a reader starts ----------

// After a form came back with faults, that is at what went wrong.
document.querySelector("#conflict, #faults")?.focus();

// In a row that scrolls sideways, that is at what was chosen.
for (const chosen of document.querySelectorAll(".picker [aria-current], .seg [aria-current]")) {
  const row = chosen.parentElement.getBoundingClientRect();
  const place = chosen.getBoundingClientRect();
  chosen.parentElement.scrollLeft += place.left - row.left - (row.width - place.width) / 2;
}

// ---------- typed text is not lost without a word ----------

// A form that saves itself has a word of its own; a password is no text to keep.
const forms = [...document.querySelectorAll("main form[method=post]")].filter(
  (form) => !form.matches("[data-saves-itself], :has([type=password])"),
);
const kept = new Map(); // What was sent from a page that one came back to.
let sent = null;
let left = null;

// What a browser makes of a value: it writes a date and time in a way of its own.
function asShown(field) {
  const copy = field.cloneNode();
  copy.value = field.defaultValue;
  return copy.value;
}

function isFieldChanged(field) {
  if (field.validity?.badInput) return true;
  if (["radio", "checkbox"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }
  if (!["INPUT", "TEXTAREA"].includes(field.tagName)) return false;
  return field.value !== field.defaultValue && field.value !== asShown(field);
}

// A page that answered a form holds what has not been saved, at the form that was sent.
function isShownAgain(form) {
  if (!document.querySelector("main[data-answer]")) return false;
  const here = forms.filter(({ action }) => new URL(action).pathname === location.pathname);
  return (here.length ? here : forms).includes(form);
}

const read = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));

const isUnsaved = (form) =>
  kept.get(form) !== read(form) && (isShownAgain(form) || [...form.elements].some(isFieldChanged));

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sent = event.target;
});

addEventListener("beforeunload", (event) => {
  if (forms.some((form) => form !== sent && isUnsaved(form))) event.preventDefault();
  [left, sent] = [sent, null];
});

// The page as it was left, with what has been sent from it since.
addEventListener("pageshow", (event) => {
  if (event.persisted && left) kept.set(left, read(left));
});
