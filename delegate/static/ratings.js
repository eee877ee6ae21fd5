// What was seen is saved as one goes: each criterion and each task by itself. The page
// around it is a plain form that works without this.

const PAUSE = 1500; // Milliseconds without a key before a text is saved.
const PATIENCE = 20000; // Milliseconds before an answer counts as not coming.

const form = document.querySelector("#ratings");
const keys = document.querySelector("#keys");
let token = form.elements.csrf_token.value;
let items = [];

// A page that came back refused holds what has not been saved.
const isRefused = document.querySelector("#faults, #conflict") !== null;

const copy = (id) => document.querySelector(`#${id}`).content.cloneNode(true);

class Unsaved extends Error {}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token },
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  }).catch(() => {
    throw new Unsaved(form.dataset.unreachable);
  });
  if (answer.type === "opaqueredirect" || answer.status === 400) {
    throw new Unsaved(form.dataset.signedOut);
  }
  if (answer.status === 404) throw new Unsaved(form.dataset.gone);
  if (![200, 409, 422].includes(answer.status)) throw new Unsaved(form.dataset.broken);
  const told = await answer.json().catch(() => {
    throw new Unsaved(form.dataset.broken);
  });
  return { status: answer.status, ...told };
}

// After a new sign-in in another tab, this page needs the token of that session.
async function renewToken() {
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  token = page.querySelector("#ratings [name=csrf_token]")?.value ?? token;
  form.elements.csrf_token.value = token;
}

// One criterion or task: its fields, and what is known of their being saved.
class Item {
  constructor(element) {
    this.element = element;
    this.prefix = `${element.id}-`;
    this.link = document.querySelector(`.progress-list a[href="#${element.id}"]`);
    this.saved = isRefused || "taken" in element.dataset ? null : this.read();
    this.status = element.querySelector("[data-status]");
    this.message = this.status.textContent.trim();
    this.status.append(copy("buttons"));
    this.on("undo", () => this.undo());
    this.on("again", () => retry());
    element.addEventListener("input", (event) => this.typed(event.target));
    element.addEventListener("change", () => this.save());
    element.addEventListener("focusin", () => this.mark());
    element.addEventListener("click", (event) => this.take(event));
    this.show();
  }

  field(name) {
    return form.elements[this.prefix + name];
  }

  get version() {
    return this.field("version");
  }

  get isUnsaved() {
    return this.read() !== this.saved;
  }

  // Not yet observed has no example; what was typed stays in its field.
  body() {
    const body = new URLSearchParams({ version: this.version.value });
    for (const [name, value] of new FormData(form)) {
      const short = name.slice(this.prefix.length);
      if (name.startsWith(this.prefix) && short !== "version") body.set(short, value);
    }
    if (body.get("score") === "0") {
      for (const name of ["example", "seen_on", "different"]) body.delete(name);
      if (this.field("example")) body.set("example", "");
      if (this.field("seen_on")) body.set("seen_on", "");
    }
    return body;
  }

  // A date that is half filled in reads as empty, but is not what was saved.
  read() {
    const body = this.body();
    body.delete("version");
    return `${body}${this.field("seen_on")?.validity.badInput ? "?" : ""}`;
  }

  typed(field) {
    this.show();
    clearTimeout(this.timer);
    if (field.type !== "radio") this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // One save at a time: what changes meanwhile is saved after it, upon its version.
  save() {
    clearTimeout(this.timer);
    this.wanted = true;
    this.saving ??= this.work().finally(() => (this.saving = null));
    return this.saving;
  }

  async work() {
    while (this.wanted) {
      this.wanted = false;
      const sent = this.read();
      if (sent === this.saved && !this.failed) return this.settle();
      if (this.clash) return;
      await this.answer(() => post(this.element.dataset.save, this.body()), sent);
    }
  }

  async undo() {
    await this.saving;
    await this.answer(() => post(this.undoUrl, new URLSearchParams()));
    if (!this.failed) this.focus();
  }

  // `sent` is what was sent; without it the answer holds the values.
  async answer(ask, sent) {
    try {
      const told = await ask();
      this.failed = false;
      if (told.status === 200) this.keep(told, sent);
      else this.refuse(told);
    } catch (error) {
      if (!(error instanceof Unsaved)) throw error;
      this.failed = true;
      this.say(error.message, false);
    }
  }

  keep(told, sent) {
    this.version.value = told.version;
    if (sent === undefined) this.fill(told.values);
    this.saved = sent ?? this.read();
    this.undoUrl = told.undo ?? this.undoUrl;
    this.message = told.message;
    this.settle();
    this.element.querySelector("[data-look-again]")?.remove();
    if (told.ended) document.querySelector("#postponed")?.remove();
  }

  settle() {
    this.tellFaults({});
    this.say(this.message, true);
  }

  refuse(told) {
    this.tellFaults(told.faults ?? {});
    this.say(told.fault, false);
    if (told.values) this.showBoth(told);
  }

  // Saved from somewhere else meanwhile: nothing is lost, the reader chooses.
  showBoth(told) {
    this.clash?.remove();
    this.element.querySelector(".rate-head, th").append(copy("both"));
    this.clash = this.element.querySelector(".conflict");
    this.clash.querySelector("[data-typed]").textContent = told.typed;
    this.clash.querySelector("[data-now]").textContent = told.now;
    this.on("mine", () => this.choose(told));
    this.on("theirs", () => this.choose(told, told.values));
  }

  choose(told, values) {
    this.clash.remove();
    this.clash = null;
    this.version.value = told.version;
    this.undoUrl = null;
    if (values) {
      this.fill(values);
      this.saved = this.read();
      this.message = "";
      this.settle();
    } else {
      this.failed = true;
      this.save();
    }
    this.focus();
  }

  fill(values) {
    for (const radio of this.radios()) radio.checked = radio.value === values.score;
    for (const name of ["example", "seen_on"]) {
      if (this.field(name)) this.field(name).value = values[name];
    }
    if (this.field("different")) this.field("different").checked = values.different;
    this.show();
  }

  // What was seen at a check-in goes into the fields; it is saved with what comes next.
  take(event) {
    const offer = event.target.closest("[data-take]");
    if (!offer) return;
    event.preventDefault();
    this.field("example").value = offer.querySelector(".typed").textContent;
    this.field("seen_on").value = offer.dataset.take;
    this.say("", true);
    if (this.element.querySelector("[data-evidence]").hidden) this.focus();
    else this.field("example").focus();
  }

  still() {
    this.field("seen_on").value = form.dataset.today;
    this.focus();
    this.save();
  }

  say(words, isSaved) {
    const mark = words ? [copy(isSaved ? "mark-saved" : "mark-unsaved"), words] : [];
    this.status.querySelector("[role=status]").replaceChildren(...mark);
    this.status.classList.toggle("is-unsaved", !isSaved);
    this.button("undo").hidden = !(isSaved && words && this.undoUrl);
    this.button("again").hidden = !this.failed;
  }

  tellFaults(faults) {
    for (const place of this.element.querySelectorAll(".fault")) {
      const name = place.id.slice(this.prefix.length, -"-fault".length);
      const field = place.closest(".has-fault, .field, .wide");
      place.textContent = faults[name] ?? "";
      place.hidden = !faults[name];
      field?.classList.toggle("has-fault", Boolean(faults[name]));
      const control = field?.querySelector("input, textarea");
      if (control) control.ariaInvalid = faults[name] ? "true" : null;
    }
  }

  // What follows from the choice on the page: the list of four, the step, the example.
  show() {
    const score = this.radios().find((radio) => radio.checked)?.value;
    const isUnseen = score === "0";
    const [step, evidence] = ["acquaint", "evidence"].map((name) =>
      this.element.querySelector(`[data-${name}]`),
    );
    if (step) step.hidden = !isUnseen;
    if (evidence) evidence.hidden = isUnseen;
    if (this.link) {
      this.link.lastElementChild.replaceWith(valueOf(score));
      showHalo();
    }
  }

  mark() {
    for (const item of items) item.link?.toggleAttribute("aria-current", false);
    this.link?.setAttribute("aria-current", "true");
  }

  focus() {
    const radios = this.radios();
    (radios.find((radio) => radio.checked) ?? radios[0]).focus();
  }

  pick(score) {
    this.radios().find((radio) => radio.value === score).click();
    this.focus();
  }

  radios() {
    return [...this.element.querySelectorAll("input[type=radio]")];
  }

  button(name) {
    return this.element.querySelector(`[data-do=${name}]`);
  }

  on(name, act) {
    this.button(name).addEventListener("click", act);
  }
}

function valueOf(score) {
  if (score === undefined) return copy("value-open").firstElementChild;
  if (score === "0") return copy("value-unseen").firstElementChild;
  const value = document.createElement("b");
  value.textContent = score;
  return value;
}

function showHalo() {
  const values = [...document.querySelectorAll(".progress-list a")].map(
    (link) => link.lastElementChild,
  );
  const [{ tagName, textContent: score }] = values;
  const halo = document.querySelector("#halo");
  halo.hidden = tagName !== "B" || values.some((value) => value.textContent !== score);
  if (!halo.hidden) halo.querySelector("[data-score]").textContent = score;
}

async function retry() {
  await renewToken();
  for (const item of items) if (item.failed) item.save();
}

// ---------- keys ----------

const KEPT = "rating-keys";

const areKeysOn = () =>
  localStorage.getItem(KEPT) !== "off" && keys.getClientRects().length > 0;

// The first whose top is on the screen or under it; past the last, there is none.
function firstInSight() {
  const tops = items.map((item) => item.element.getBoundingClientRect().top);
  const first = tops.findIndex((top) => top >= 0);
  return first < 0 ? items.length : first;
}

function press(event) {
  const { target, key, code } = event;
  if (!key || !code) return; // As when a browser fills a field in by itself.
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const isTyped = target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  if (isTyped || target.isContentEditable || !areKeysOn()) return;
  // The number row also where its figures ask for Shift, as in Belgium.
  const score = code.match(/^Digit([0-5])$/)?.[1] ?? key.match(/^[0-5]$/)?.[0];
  const here = items.findIndex((item) => item.element.contains(target));
  const below = here < 0 ? firstInSight() : here + 1;
  const above = (here < 0 ? firstInSight() : here) - 1;
  const acts = {
    j: () => items[Math.min(below, items.length - 1)].focus(),
    k: () => items[Math.max(above, 0)].focus(),
    e: () => items[here]?.field("example")?.focus(),
  };
  const act = score ? () => items[here]?.pick(score) : acts[key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}

function offerKeys() {
  const button = keys.querySelector("button");
  const words = { off: button.dataset.on, on: button.textContent };
  const show = () => {
    button.textContent = words[localStorage.getItem(KEPT) ?? "on"];
  };
  button.addEventListener("click", () => {
    if (localStorage.getItem(KEPT)) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
    show();
  });
  keys.hidden = false;
  show();
  document.addEventListener("keydown", press);
}

// ---------- the page ----------

async function leave(event) {
  event.preventDefault();
  const asked = event.submitter?.name === "still" && event.submitter.value;
  if (asked) {
    items.find((item) => item.element.id === asked).still();
    return;
  }
  await Promise.all(items.filter((item) => item.isUnsaved).map((item) => item.save()));
  const left = items.find((item) => item.isUnsaved);
  if (left) left.focus();
  else location.assign(form.dataset.done);
}

items = [...form.querySelectorAll("[data-save]")].map((element) => new Item(element));
offerKeys();
form.querySelector(".btn-primary").textContent = form.dataset.back;
form.addEventListener("submit", leave);
addEventListener("online", retry);
addEventListener("beforeunload", (event) => {
  if (items.some((item) => item.isUnsaved)) event.preventDefault();
});
form.querySelector("[data-wanted]")?.scrollIntoView({ block: "center" });
