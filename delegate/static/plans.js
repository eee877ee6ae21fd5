// Looks again how far the printing is, until there is something else to show.

const PAUSE = 2000;
const here = document.getElementById("progress");

async function look() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.getElementById("progress");
    if (!there) return location.reload();
    if (there.textContent !== here.textContent) here.replaceChildren(...there.childNodes);
  } else if (answer) {
    return location.reload();
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
