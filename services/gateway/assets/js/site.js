// The pages work without this; with it they are more comfortable.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink, createAll,
} from "./govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink]) {
  createAll(component);
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The QR code of a key letter carries the key after « # », which never reaches a server. It is kept for this visit,
// until the page of the key can be filled in; without script the parent types it from the letter.
const scanned = /^#cle=([0-9A-Za-z-]{12,20})$/.exec(window.location.hash);
if (scanned) {
  window.sessionStorage.setItem("cle", scanned[1]);
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
}
const keyField = document.querySelector("[data-activation-key]");
if (keyField && !keyField.value) {
  keyField.value = window.sessionStorage.getItem("cle") ?? "";
  window.sessionStorage.removeItem("cle");
}

// No agent works in this browser: the names that a roll-call kept on it go. Taps not sent yet are ids, and stay.
if (document.body.dataset.agent === "no") {
  window.sessionStorage.removeItem("appel");
  if ("caches" in window) window.caches.delete("appel");
}
