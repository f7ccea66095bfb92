// The state of a roll-call's taps, in words.
const hour = (at) => new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" })
  .format(new Date(at)).replace(":", "\u00a0h\u00a0");
export const count = (number, one, many) => `${number}\u00a0${number > 1 ? many : one}`;
const taps = (number) => count(number, "appui", "appuis");
const kept = (number) => `${taps(number)} ${number > 1 ? "gardés" : "gardé"} sur cette tablette`;

// The state in words; written only when it changes, since it is read aloud.
function sentence({ phase, pending, at, message }) {
  if (phase === "ready") return "Chaque appui est enregistré aussitôt";
  if (phase === "saved") return `Tout est enregistré à ${hour(at)}`;
  if (phase === "sending") return `Envoi de ${taps(pending)}`;
  if (phase === "offline") {
    return pending ? `Hors connexion\u00a0: ${kept(pending)}` : "Hors connexion\u00a0: les appuis seront gardés sur cette tablette";
  }
  if (phase === "away") return `Le portail ne répond pas\u00a0: ${kept(pending)}`;
  if (phase === "signed_out") return `Session terminée\u00a0: ${kept(pending)}`;
  return `${message || "Le portail n’accepte pas ces appuis."} ${kept(pending)[0].toUpperCase()}${kept(pending).slice(1)}.`;
}

export function speaker(root) {
  const place = root.querySelector("[data-state]");
  const signIn = root.querySelector("[data-sign-in]");
  let timer = 0;
  function say(state) {
    if (state.phase === "ready" && ["saved", "ready"].includes(root.dataset.phase)) return;
    const text = sentence(state);
    if (place.textContent !== text) place.textContent = text;
    root.dataset.phase = state.phase;
    if (signIn) signIn.hidden = state.phase !== "signed_out";
    root.hidden = state.phase === "ready" && root.hasAttribute("data-outbox");
  }
  return (state) => {
    clearTimeout(timer);
    // A sending that takes no time is not worth a word.
    if (state.phase === "sending") timer = setTimeout(say, 1500, state);
    else say(state);
  };
}
