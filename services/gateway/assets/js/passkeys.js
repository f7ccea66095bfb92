// Between a page and the person's authenticator (WebAuthn). Without script, without WebAuthn, or on an address that is
// not a name (browsers refuse numbers), what is here does not show. What the authenticator answers is posted by a form.
const isPossible = Boolean(window.PublicKeyCredential) && window.isSecureContext
  && !/^[\d.]+$|:/.test(window.location.hostname);

const toBytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0),
);
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function asJson(credential) {
  const { response } = credential;
  const said = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = toText(response[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: said,
  });
}

const create = (options) => navigator.credentials.create({
  publicKey: {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((each) => ({ ...each, id: toBytes(each.id) })),
  },
});

const get = (options) => navigator.credentials.get({
  publicKey: { ...options, challenge: toBytes(options.challenge), allowCredentials: [] },
});

// The question is fetched when it is needed: it is good for five minutes.
async function question(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.question, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message);
  return said;
}

// What browsers call a refusal, in words: they do not say more, so that pages cannot learn who has a key.
function sentence(problem, form) {
  if (problem.name === "InvalidStateError") return form.dataset.already;
  if (problem.name === "NotAllowedError" || problem.name === "AbortError") return form.dataset.cancelled;
  return problem.name === "Error" && problem.message ? problem.message : form.dataset.cancelled;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const ask = form.dataset.passkey === "create" ? create : get;
  const state = form.querySelector("[data-passkey-state]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    state.textContent = "";
    try {
      form.elements.credential.value = asJson(await ask(await question(form)));
    } catch (problem) {
      state.textContent = sentence(problem, form);
      return;
    }
    form.submit();
  });
}
if (isPossible) {
  for (const part of document.querySelectorAll("[data-passkey-with]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-passkey-without]")) part.hidden = true;
}
