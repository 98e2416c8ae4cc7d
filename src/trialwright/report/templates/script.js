(() => {
  "use strict";
  const behind = JSON.parse(document.getElementById("behind").textContent);
  const note = document.getElementById("note");
  let source = null;

  const subjects = (row) => (behind.r[row] || "").split(",").filter(Boolean).flatMap((piece) => {
    const [first, last] = piece.split("-").map(Number);
    return behind.s.slice(first, (last === undefined ? first : last) + 1);
  });

  const add = (parent, tag, text, name) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    parent.append(made);
    return made;
  };

  function close(back) {
    if (note.hidden) return;
    note.hidden = true;
    if (back && source) source.focus({ preventScroll: true });
    source = null;
  }

  function open(from, fill) {
    note.replaceChildren();
    const button = add(note, "button", "\u00d7");
    button.setAttribute("aria-label", "Close");
    button.addEventListener("click", () => close(true));
    fill();
    source = from;
    note.hidden = false;
    const box = from.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - note.offsetWidth - 12);
    const below = box.bottom + 8 + note.offsetHeight <= window.innerHeight;
    const top = below ? box.bottom + 8 : Math.max(8, box.top - note.offsetHeight - 8);
    note.style.left = `${Math.max(8, left) + window.scrollX}px`;
    note.style.top = `${top + window.scrollY}px`;
    note.focus({ preventScroll: true });
  }

  function showRow(link) {
    const row = document.getElementById(link.getAttribute("href").slice(1));
    if (!row) return false;
    const heads = [...row.closest("table").tHead.rows[0].cells].map((head) => head.textContent.trim());
    open(link, () => {
      add(note, "h4", link.textContent.trim());
      const list = add(note, "dl");
      [...row.cells].forEach((cell, k) => {
        const text = cell.textContent.trim();
        if (!text || text === "\u2014") return;
        add(list, "dt", heads[k]);
        add(list, "dd", k === 0 ? `${text.replace(/^\D+/, "")} of the results table` : text);
      });
      const ids = subjects(row.id.slice(1));
      add(note, "p", ids.length === 1 ? "1 subject behind it" : `${ids.length} subjects behind it`, "who");
      if (ids.length) add(note, "p", ids.join(", "), "ids");
    });
    return true;
  }

  function showTip(mark) {
    const title = mark.querySelector("title");
    if (title) open(mark, () => add(note, "h4", title.textContent));
  }

  document.addEventListener("click", (event) => {
    if (note.contains(event.target)) return;
    const link = event.target.closest("a.n");
    const tip = event.target.closest(".tip");
    if (link && !event.ctrlKey && !event.metaKey && showRow(link)) event.preventDefault();
    else if (tip) showTip(tip);
    else close(false);
  });

  /* One stop of the tab key for each table and figure; the arrow keys move inside. */
  for (const box of document.querySelectorAll("table, figure svg, dl.facts, .headline")) {
    const stops = [...box.querySelectorAll("a.n, .tip")];
    stops.forEach((stop, k) => {
      stop.setAttribute("tabindex", k ? "-1" : "0");
      if (stop.matches(".tip")) stop.setAttribute("role", "button");
      else stop.setAttribute("aria-haspopup", "dialog");
    });
    box.addEventListener("keydown", (event) => {
      const here = stops.indexOf(event.target.closest("a.n, .tip"));
      if (here < 0) return;
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = step && stops[here + step];
      if (next) {
        stops[here].setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
        event.preventDefault();
      } else if ((event.key === "Enter" || event.key === " ") && event.target.matches(".tip")) {
        showTip(event.target);
        event.preventDefault();
      }
    });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(true); });
})();
