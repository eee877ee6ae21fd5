// Passkeys: what the server asks goes to the device, and its answer into the form.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const known = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

function make(asked) {
  const user = { ...asked.user, id: bytes(asked.user.id) };
  const excludeCredentials = known(asked.excludeCredentials);
  const publicKey = { ...asked, user, excludeCredentials, challenge: bytes(asked.challenge) };
  return navigator.credentials.create({ publicKey });
}

function sign(asked) {
  return navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge) } });
}

function answer({ id, rawId, type, response }) {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = text(response[part]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: said });
}

async function ask(form) {
  const csrf_token = form.elements.csrf_token.value;
  const response = await fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams({ csrf_token }) });
  if (response.ok && !response.redirected) return response.json();
  return location.reload(); // Too long ago: the page itself says what is to be done.
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const fault = form.querySelector("[data-fault]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    const asked = await ask(form);
    if (!asked) return;
    try {
      const key = await (form.dataset.passkey === "make" ? make(asked) : sign(asked));
      form.elements.answer.value = answer(key);
      form.submit();
    } catch {
      fault.hidden = false; // Put off, too late, or no passkey at hand.
    }
  });
}

// Passkeys are there on https and at localhost, in browsers that know them.
const can = Boolean(window.PublicKeyCredential) && !/^[\d.]+$|:/.test(location.hostname);
for (const part of document.querySelectorAll("[data-passkeys]")) {
  part.hidden = (part.dataset.passkeys === "yes") !== can;
}
