"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const [ID, NAME, COUNTY, PROJECT, AREA, BUILT, HOUSEHOLDS, POINTS, COST, STATE, START, BASELINE, REASON, HAZARD] =
    Array.from({ length: 14 }, (_, index) => index);
  const ROWS = 50;
  const byId = (id) => document.getElementById(id);
  const body = byId("estate-table").tBodies[0];
  const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
  const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: data.decimals, maximumFractionDigits: data.decimals });
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const open = new Set();
  let found = [];
  let page = 0;
  let sorted = { column: -1, up: true };

  // text is always set as text, never as markup: names come from the register
  const element = (tag, text = "", name = "") => {
    const made = document.createElement(tag);
    if (text !== "") made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  const haystacks = data.estates.map((row) => [row[ID], row[NAME], row[PROJECT], row[AREA]].join("\n").toLowerCase());

  const shown = (row, column) => {
    switch (column) {
      case COUNTY: return data.counties[row[COUNTY]] ?? "";
      case STATE: return data.states[row[STATE]] ?? "";
      case COST: return money.format(row[COST]);
      case POINTS: case HOUSEHOLDS: return number.format(row[column]);
      case BUILT: case START: case BASELINE: return row[column] ? String(row[column]) : "";
      default: return row[column];
    }
  };

  const search = () => {
    const text = byId("search").value.trim().toLowerCase();
    const [county, year, state] = ["county", "year", "state"].map((id) => byId(id).value);
    found = data.estates.map((_, index) => index).filter((index) => {
      const row = data.estates[index];
      return (!text || haystacks[index].includes(text)) && (county === "" || row[COUNTY] === Number(county)) &&
        (year === "" || row[START] === Number(year)) && (state === "" || row[STATE] === Number(state));
    });
    order();
    page = 0;
    draw();
  };

  const order = () => {
    const { column, up } = sorted;
    if (column < 0) return;
    const compare = (left, right) => {
      const a = data.estates[left][column], b = data.estates[right][column];
      return typeof a === "number" ? a - b : collator.compare(a, b);
    };
    found.sort((left, right) => (up ? 1 : -1) * compare(left, right) || left - right);
  };

  const small = (headings, rows) => {
    const table = element("table");
    const head = table.createTHead().insertRow();
    headings.forEach((heading) => { const cell = element("th", heading); cell.scope = "col"; head.append(cell); });
    const inner = table.createTBody();
    rows.forEach((row) => {
      const line = inner.insertRow();
      row.forEach((value) => line.append(typeof value === "number" ? element("td", money.format(value), "money") : element("td", value)));
    });
    return table;
  };

  const details = (index) => {
    const row = data.estates[index];
    const line = element("tr", "", "details");
    const cell = line.insertCell();
    cell.colSpan = 13;
    if (row[REASON]) cell.append(element("p", row[REASON]));
    if (row[HAZARD]) cell.append(element("p", words.hazard));
    if (data.done[index].length) {
      cell.append(small([words.works, words.year, words.amount], data.done[index].map(([work, year, cost]) => [data.works[work], String(year), cost])));
    }
    const payments = data.payments[index];
    if (payments.length) {
      const rows = payments.map(([source, year, amount, firm]) => [data.sources[source], String(year), amount, firm]);
      const sum = (position) => payments.reduce((total, payment) => total + payment[position], 0);
      rows.push([words.total, "", sum(2), sum(3)]);
      cell.append(small([words.source, words.year, words.payments, words.firm], rows));
    } else {
      cell.append(element("p", words.no_payments));
    }
    return line;
  };

  const line = (index) => {
    const row = data.estates[index];
    const made = element("tr");
    made.dataset.estate = index;
    for (let column = ID; column <= BASELINE; column += 1) {
      const kind = [HOUSEHOLDS, POINTS, COST].includes(column) ? "money" : [BUILT, START, BASELINE].includes(column) ? "year" : "text";
      made.append(element("td", shown(row, column), kind));
    }
    const button = element("button", open.has(index) ? words.close : words.details);
    button.type = "button";
    button.setAttribute("aria-expanded", String(open.has(index)));
    button.addEventListener("click", () => {
      if (open.has(index)) open.delete(index); else open.add(index);
      draw();
      body.querySelector(`tr[data-estate="${index}"] button`)?.focus();
    });
    made.insertCell().append(button);
    return made;
  };

  const draw = () => {
    const pages = Math.max(1, Math.ceil(found.length / ROWS));
    page = Math.min(Math.max(page, 0), pages - 1);
    const rows = found.slice(page * ROWS, (page + 1) * ROWS).flatMap((index) => open.has(index) ? [line(index), details(index)] : [line(index)]);
    body.replaceChildren(...rows);
    byId("shown").textContent = fill(words.shown, { shown: number.format(found.length), all: number.format(data.estates.length) });
    byId("page-of").textContent = fill(words.page_of, { page: page + 1, pages });
    byId("previous").disabled = page === 0;
    byId("next").disabled = page >= pages - 1;
  };

  const options = (id, names, values) => names.forEach((name, index) => {
    const option = element("option", name);
    option.value = values ? values[index] : index;
    byId(id).append(option);
  });

  const show = (index) => {
    document.querySelectorAll(".dot.chosen").forEach((dot) => dot.classList.remove("chosen"));
    document.querySelectorAll(`.dot[data-estate="${index}"]`).forEach((dot) => dot.classList.add("chosen"));
    ["county", "year", "state"].forEach((id) => { byId(id).value = ""; });
    byId("search").value = data.estates[index][ID];
    open.add(index);
    search();
    byId("estates").scrollIntoView();
  };

  options("county", data.counties);
  options("year", data.years.map(String), data.years);
  options("state", data.states);
  byId("search").addEventListener("input", search);
  ["county", "year", "state"].forEach((id) => byId(id).addEventListener("change", search));
  byId("clear").addEventListener("click", () => {
    ["search", "county", "year", "state"].forEach((id) => { byId(id).value = ""; });
    open.clear();
    search();
  });
  byId("previous").addEventListener("click", () => { page -= 1; draw(); });
  byId("next").addEventListener("click", () => { page += 1; draw(); });
  document.querySelectorAll("button.sort").forEach((button) => button.addEventListener("click", () => {
    const column = Number(button.dataset.column);
    sorted = { column, up: sorted.column === column ? !sorted.up : true };
    document.querySelectorAll("#estate-table th[aria-sort]").forEach((head) => head.setAttribute("aria-sort", "none"));
    button.parentElement.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
    order();
    draw();
  }));

  const map = byId("estate-map");
  if (map) {
    map.addEventListener("click", (event) => {
      if (event.target.dataset.estate !== undefined) show(Number(event.target.dataset.estate));
    });
    map.addEventListener("mouseover", (event) => {
      const title = event.target.classList.contains("dot") && event.target.querySelector("title");
      if (title) byId("map-words").textContent = title.textContent;
    });
    byId("map-years").addEventListener("change", (event) => {
      map.querySelectorAll(`.dot[data-year="${event.target.dataset.year}"]`).forEach((dot) => dot.classList.toggle("hidden-dot", !event.target.checked));
    });
  }
  search();
})();
