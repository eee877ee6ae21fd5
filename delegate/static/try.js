// The try-out answers as soon as something is chosen: the same page is fetched with the
// changed address, and what comes out of it takes the place of what came out before.

const form = document.querySelector("#try-out");
const told = document.querySelector("#told");
let newest = 0;

function address() {
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  return url;
}

async function show() {
  const mine = (newest += 1);
  const url = address();
  const answer = await fetch(url).catch(() => null);
  if (mine !== newest || !answer?.ok) return; // The button still asks in the plain way.
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const outcome = page.querySelector("#outcome");
  if (mine !== newest || !outcome) return;
  document.querySelector("#outcome").replaceWith(outcome);
  told.textContent = outcome.dataset.summary;
  history.replaceState(history.state, "", url);
}

form.addEventListener("change", show);
