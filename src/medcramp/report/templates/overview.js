"use strict";
(function () {
  const store = JSON.parse(document.getElementById("data").textContent);
  const texts = store.texts;
  const patients = store.patients;
  const findings = store.findings;
  const count = patients.patient_id.length;
  const text = (table, column, row) => texts[table[column][row]];
  const PAGE = 100, PRINTED = 2000;
  const state = { order: [], sort: "", down: false, page: 0, open: new Set(), size: PAGE };
  const byId = (id) => document.getElementById(id);
  const body = byId("rows"), search = byId("search"), priority = byId("priority"), severity = byId("severity");

  const firstFinding = new Map(), haystack = new Array(count);
  findings.patient.forEach((patient, row) => {
    if (!firstFinding.has(patient)) firstFinding.set(patient, []);
    firstFinding.get(patient).push(row);
  });
  for (let row = 0; row < count; row += 1) {
    haystack[row] = ["patient_id", "patient_name", "top_reason", "classes"].map((c) => text(patients, c, row)).join("\n").toLowerCase();
  }

  function element(name, content, className) {
    const made = document.createElement(name);
    if (content !== undefined) made.textContent = content;
    if (className) made.className = className;
    return made;
  }

  function word(value, shown) {
    return element("span", shown || value.replace(/_/g, " "), "word " + value.replace(/[^a-z_]/g, "-"));
  }

  function select() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (let row = 0; row < count; row += 1) {
      if (priority.value && text(patients, "priority", row) !== priority.value) continue;
      if (severity.value && text(patients, "most_severe", row) !== severity.value) continue;
      if (wanted.every((part) => haystack[row].includes(part))) found.push(row);
    }
    if (state.sort) {
      const column = patients[state.sort], ranks = store.ranks[state.sort];
      const numeric = store.numbers.includes(state.sort);
      const key = (row) => (ranks ? ranks[column[row]] ?? 99 : numeric ? Number(texts[column[row]] || NaN) : texts[column[row]].toLowerCase());
      const keys = new Map(found.map((row) => [row, key(row)]));
      const missing = (value) => value === "" || Number.isNaN(value);
      found.sort((a, b) => {
        const x = keys.get(a), y = keys.get(b);
        if (missing(x) || missing(y)) return missing(x) - missing(y) || a - b;
        const order = x < y ? -1 : x > y ? 1 : 0;
        return (state.down ? -order : order) || a - b;
      });
    }
    state.order = found;
    state.page = 0;
    show();
  }

  function show() {
    const from = state.page * state.size, shown = state.order.slice(from, from + state.size);
    body.replaceChildren(...shown.flatMap((row) => (state.open.has(row) ? [line(row), detail(row)] : [line(row)])));
    const pages = Math.max(1, Math.ceil(state.order.length / state.size));
    byId("status").textContent = state.order.length.toLocaleString("en") + " of " + count.toLocaleString("en") + " patients, page " + (state.page + 1) + " of " + pages;
    byId("back").disabled = state.page === 0;
    byId("next").disabled = state.page >= pages - 1;
  }

  function line(row) {
    const made = element("tr");
    for (const column of store.columns) {
      const cell = element(column === "patient_id" ? "th" : "td"), value = text(patients, column, row);
      if (column === "patient_id") {
        cell.scope = "row";
        const button = element("button", (state.open.has(row) ? "− " : "+ ") + value, "open");
        button.type = "button";
        button.setAttribute("aria-expanded", String(state.open.has(row)));
        button.dataset.row = String(row);
        cell.append(button);
      } else if (["priority", "most_severe", "most_urgent"].includes(column)) {
        if (value) cell.append(word(value));
      } else {
        cell.textContent = value;
      }
      made.append(cell);
    }
    return made;
  }

  function detail(row) {
    const made = element("tr", undefined, "detail"), cell = element("td");
    cell.colSpan = store.columns.length;
    const list = element("ul"), separators = { drugs: " + ", missing: ", " };
    for (const at of firstFinding.get(row) || []) {
      const item = element("li");
      item.append(word(text(findings, "severity", at)), " ", word(text(findings, "urgency", at)), " ");
      if (text(findings, "certainty", at) === "verify") item.append(word("verify"), " ");
      item.append(element("strong", text(findings, "title", at)));
      for (const [column, label] of [["drugs", "Medicines"], ["message", "Why"], ["action", "What to do"], ["missing", "Missing"], ["grade", "Evidence of cramp link"]]) {
        const value = text(findings, column, at);
        if (value) item.append(element("div", label + ": " + (separators[column] ? value.replace(/;/g, separators[column]) : value)));
      }
      list.append(item);
    }
    cell.append(list.children.length ? list : element("p", "No finding is shown here. See the sheet Not assessed of the workbook for what could not be checked."));
    const place = store.papers[text(patients, "patient_id", row)];
    if (place) {
      const link = element("a", "Counselling sheet");
      link.href = place;
      cell.append(link);
    }
    made.append(cell);
    return made;
  }

  body.addEventListener("click", (event) => {
    const button = event.target.closest("button.open");
    if (!button) return;
    const row = Number(button.dataset.row);
    if (!state.open.delete(row)) state.open.add(row);
    show();
    const again = body.querySelector('button[data-row="' + row + '"]');
    if (again) again.focus();
  });
  document.querySelectorAll("thead button").forEach((button) => {
    button.addEventListener("click", () => {
      const column = button.dataset.column;
      state.down = state.sort === column ? !state.down : false;
      state.sort = column;
      document.querySelectorAll("thead th").forEach((head) => head.removeAttribute("aria-sort"));
      button.parentElement.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      select();
    });
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", select);
  priority.addEventListener("change", select);
  severity.addEventListener("change", select);
  byId("back").addEventListener("click", () => { state.page -= 1; show(); });
  byId("next").addEventListener("click", () => { state.page += 1; show(); });
  byId("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => { state.size = PRINTED; state.page = 0; show(); });
  window.addEventListener("afterprint", () => { state.size = PAGE; show(); });
  select();
  document.documentElement.dataset.ready = "yes";
})();
