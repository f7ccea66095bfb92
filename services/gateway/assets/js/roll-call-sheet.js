// A sheet as the tablet shows it: what the portal said last, and over it the taps that it has not received yet.
import { count } from "./roll-call-words.js";

export class Sheet {
  constructor(root, store) {
    this.root = root;
    this.store = store;
    this.session = root.dataset.session;
    this.rows = new Map([...root.querySelectorAll("[data-child]")].map((row) => [row.dataset.child, row]));
    this.roster = new Map([...root.querySelectorAll("[data-pupil]")].map((each) => [each.dataset.pupil, each]));
    this.base = {
      session_id: this.session,
      marks: JSON.parse(root.dataset.marks),
      taps: Number(root.dataset.taps),
      version: Number(root.dataset.version),
      settled_by: root.dataset.settledBy,
      to_review: root.dataset.toReview === "yes",
    };
    this.pending = [];
    this.undoable = [];
  }

  get isClosed() { return this.base.version > 0; }

  get isTappable() {
    const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Paris" }).format(new Date());
    return !this.isClosed && (this.root.dataset.open === "yes" || today >= this.root.dataset.day);
  }

  seen(child) {
    const last = this.pending.findLast((tap) => tap.child_id === child);
    const seen = last ? last.seen : this.base.marks[child];
    return seen === "undone" ? undefined : seen;
  }

  // What the portal says, unless this tablet has heard later news of it.
  take(state) {
    if (state.session_id !== this.session) return;
    const [known, heard] = [this.base, state].map((each) => [each.version, each.taps]);
    if (heard[0] < known[0] || (heard[0] === known[0] && heard[1] < known[1])) return;
    this.base = state;
  }

  async read() {
    const state = await this.store.state(this.session);
    if (state) this.take(state);
    this.pending = (await this.store.taps()).filter((tap) => tap.session === this.session);
  }

  async press(child, seen, { undoing = false } = {}) {
    const before = this.seen(child) ?? "undone";
    if (!this.isTappable || before === seen) return;
    await this.store.add({
      tap_id: crypto.randomUUID(),
      session: this.session,
      child_id: child,
      seen,
      at: new Date().toISOString(),
      by: this.root.dataset.by,
    });
    if (!undoing) this.undoable.push([child, before]);
    await this.read();
    this.show();
  }

  async undo() {
    const last = this.undoable.pop();
    if (last) await this.press(last[0], last[1], { undoing: true });
    return last?.[0];
  }

  rowOf(child) {
    const pupil = this.roster.get(child);
    if (!this.rows.has(child) && pupil) {
      const row = this.root.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
      row.dataset.child = child;
      row.dataset.class = pupil.dataset.class;
      row.querySelector("[data-last-name]").textContent = pupil.dataset.lastName;
      row.querySelector("[data-first-name]").textContent = pupil.dataset.firstName;
      row.querySelector("[data-class-name]").textContent = pupil.dataset.class;
      for (const spoken of row.querySelectorAll("[data-whom]")) {
        spoken.textContent = ` ${pupil.dataset.firstName} ${pupil.dataset.lastName}`;
      }
      this.root.querySelector("[data-others]").append(row);
      this.rows.set(child, row);
      this.paint(child, row);
    }
    return this.rows.get(child);
  }

  paint(child, row) {
    const state = this.seen(child);
    row.dataset.seen = state ?? "";
    for (const button of row.querySelectorAll("[data-see]")) {
      button.disabled = !this.isTappable;
      if (button.dataset.see === "undone") button.hidden = state !== "here";
      else button.setAttribute("aria-pressed", String(button.dataset.see === state));
    }
    return state;
  }

  show() {
    const seen = new Set([...Object.keys(this.base.marks), ...this.pending.map((tap) => tap.child_id)]);
    for (const child of seen) if (this.seen(child)) this.rowOf(child);
    const numbers = { expected: 0, here: 0, away: 0, others: 0 };
    for (const [child, row] of this.rows) {
      const state = this.paint(child, row);
      if (row.dataset.booked === "yes") {
        numbers.expected += 1;
        numbers.here += state === "here";
        numbers.away += state === "away";
      } else numbers.others += state === "here";
    }
    const left = numbers.expected - numbers.here - numbers.away;
    this.root.querySelector("[data-count]").textContent = `${numbers.here} / ${numbers.expected}`;
    const words = [
      numbers.away ? count(numbers.away, "absent", "absents") : "",
      numbers.others ? `${numbers.others}\u00a0sans réservation` : "",
      left ? `${left}\u00a0à pointer` : "tous pointés",
    ];
    this.root.querySelector("[data-rest]").textContent = words.filter(Boolean).join(", ");
    this.root.querySelector("[data-undo]").disabled = !this.undoable.length || !this.isTappable;
    const closed = this.root.querySelector("[data-closed]");
    closed.hidden = !this.isClosed;
    if (this.isClosed) {
      const by = this.base.settled_by ? ` par ${this.base.settled_by}` : "";
      closed.querySelector("[data-closed-by]").textContent = `La feuille est close${by}.`;
      closed.querySelector("[data-to-review]").hidden = !this.base.to_review;
    }
    this.root.querySelector("[data-unknown]").hidden = ![...seen].some((child) => this.seen(child) && !this.rows.has(child));
    this.filter();
  }

  shownAfter(row) {
    const shown = [...this.rows.values()].filter((each) => !each.hidden);
    return shown[shown.indexOf(row) + 1] ?? shown.at(-2);
  }

  get sought() {
    return this.root.querySelector("[data-find]").value;
  }

  // Whoever was looked for has been found: the others come back. What was typed since the tap is another search.
  endSearch(sought) {
    if (!sought || this.sought !== sought) return;
    this.root.querySelector("[data-find]").value = "";
    this.filter();
  }

  // By class, by what is left, by a part of the name; then others of the school may be added.
  filter() {
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const words = plain(this.root.querySelector("[data-find]").value).split(/\s+/).filter(Boolean);
    const wanted = this.root.querySelector("[data-class-filter]").value;
    const isLeft = this.root.querySelector("[data-left]").checked;
    const isNamed = (name) => words.every((word) => plain(name).includes(word));
    if (words.length) {
      let shown = 0;
      for (const [child, pupil] of this.roster) {
        if (shown < 12 && isNamed(`${pupil.dataset.lastName} ${pupil.dataset.firstName}`)) {
          this.rowOf(child);
          shown += 1;
        }
      }
    }
    let found = 0;
    for (const row of this.rows.values()) {
      const isExpected = row.dataset.booked === "yes";
      const name = row.querySelector("[data-name]").textContent;
      row.hidden = !(isNamed(name) && (isExpected || row.dataset.seen === "here" || words.length > 0)
        && (!wanted || row.dataset.class === wanted) && !(isLeft && row.dataset.seen));
      if (!row.hidden) found += 1;
    }
    for (const part of this.root.querySelectorAll("[data-part]")) {
      part.hidden = ![...part.querySelectorAll("[data-child]")].some((row) => !row.hidden);
    }
    this.root.querySelector("[data-nobody]").hidden = found > 0;
  }
}
