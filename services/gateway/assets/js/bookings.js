// Says at the foot of a month or a week what saving it would change. Without this the page works the same: the answer
// of the save says it too.
const told = document.querySelector("[data-changes]");
const form = told?.closest("form");
const hint = told?.textContent ?? "";

function count(number, one, many) {
  return `${number}\u00a0${number < 2 ? one : many}`;
}

function tell() {
  const changed = [...form.querySelectorAll('input[type="checkbox"]')].filter((box) => box.checked !== box.defaultChecked);
  const waits = changed.filter((box) => box.name.startsWith("wait"));
  const days = changed.filter((box) => !box.name.startsWith("wait"));
  const booked = days.filter((box) => box.checked).length;
  const cancelled = days.length - booked;
  const said = [];
  if (booked) said.push(count(booked, "réservation à faire", "réservations à faire"));
  if (cancelled) said.push(count(cancelled, "réservation à annuler", "réservations à annuler"));
  if (waits.length) said.push(count(waits.length, "liste d’attente à rejoindre", "listes d’attente à rejoindre"));
  told.textContent = said.length ? `${said.join(", ")}. Rien n’est fait avant l’enregistrement.` : hint;
}

if (form) {
  form.addEventListener("change", tell);
  tell();
}
