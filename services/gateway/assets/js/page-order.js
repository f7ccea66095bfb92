// Photographs chosen for one PDF, shown in the order of its pages, which two buttons change. Without this the order is
// written as numbers in a field; here the field is filled in, and hidden.
const input = document.querySelector("input[data-pages]");
const field = document.querySelector("input[data-page-order]");
const written = field?.closest(".govuk-form-group");
const list = document.createElement("ol");
const told = document.createElement("p");

list.className = "page-order";
list.setAttribute("aria-label", "Ordre des pages");
told.className = "govuk-visually-hidden";
told.setAttribute("role", "status");

// A format that the browser does not know (HEIC, mostly) stays an empty frame beside its name.
async function draw(canvas, file) {
  try {
    const picture = await createImageBitmap(file, { resizeWidth: 144 });
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
  } catch {
    canvas.dataset.unknown = "";
  }
}

function move(item, step) {
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(item);
  else other.after(item);
  number();
  const same = item.querySelector(`[data-step="${step}"]`);
  (same.disabled ? item.querySelector("button:not([disabled])") : same).focus();
  told.textContent = `${item.dataset.name}\u00a0: page ${[...list.children].indexOf(item) + 1}`;
}

function button(item, step, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "govuk-button govuk-button--secondary";
  made.dataset.step = step;
  made.textContent = text;
  made.addEventListener("click", () => move(item, step));
  return made;
}

function show(file, at) {
  const item = document.createElement("li");
  const look = document.createElement("canvas");
  const name = document.createElement("span");
  item.className = "page-order__item";
  item.dataset.at = at;
  item.dataset.name = file.name;
  look.className = "page-order__look";
  look.setAttribute("aria-hidden", "true");
  name.className = "page-order__name";
  item.append(look, name, button(item, -1, "Monter"), button(item, 1, "Descendre"));
  draw(look, file);
  return item;
}

function number() {
  const items = [...list.children];
  field.value = items.map((item) => Number(item.dataset.at) + 1).join(", ");
  items.forEach((item, at) => {
    const page = `Page ${at + 1}`;
    item.querySelector(".page-order__name").textContent = `${page}\u00a0: ${item.dataset.name}`;
    for (const each of item.querySelectorAll("button")) {
      each.disabled = Number(each.dataset.step) < 0 ? at === 0 : at === items.length - 1;
      each.setAttribute("aria-label", `${each.textContent} la photo ${item.dataset.name}, ${page.toLowerCase()}`);
    }
  });
}

function choose() {
  const files = [...input.files];
  list.replaceChildren(...(files.length > 1 ? files.map(show) : []));
  list.hidden = files.length < 2;
  told.textContent = "";
  number();
}

if (input && written) {
  written.hidden = !written.classList.contains("govuk-form-group--error");
  input.closest(".govuk-form-group").after(list, told);
  input.addEventListener("change", () => {
    written.hidden = true;
    choose();
  });
  if (input.files.length) choose(); // a browser keeps what was chosen when one comes back to the page
  else list.hidden = true;
}
