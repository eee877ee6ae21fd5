// Points out words that judge a person or are private, while a note is being typed: a
// hint under the note, never a refusal. The same words, looked for in the same way, as in
// judging.py.

const PAUSE = 600; // Milliseconds without a key before the words are looked at.

const plain = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ");

// `words` gives each plain word as it is written.
export function found(text, words) {
  const letter = "[\\p{L}\\p{N}_-]";
  const looked = `(?<!${letter})(?:${Object.keys(words).join("|")})(?!${letter})`;
  const here = plain(text).match(new RegExp(looked, "gu")) ?? [];
  return [...new Set(here)].map((word) => words[word]);
}

let lists;

function fetchLists(url) {
  lists ??= fetch(url)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}));
  return lists;
}

async function look(field, place) {
  const words = (await fetchLists(place.dataset.words))[place.dataset.for];
  const here = words ? found(field.value, words) : [];
  const listed = here.map((word) => `“${word}”`).join(", ");
  const said = listed && place.dataset.say.replace("%(words)s", listed);
  if (place.textContent !== said) place.textContent = said;
}

for (const place of document.querySelectorAll("[data-looks-at]")) {
  const field = document.getElementById(place.dataset.looksAt);
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(field, place), PAUSE);
  });
}
