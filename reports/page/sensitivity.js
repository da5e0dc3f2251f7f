"use strict";
(() => {
  // rows of a table that do not hold what is searched for are hidden; headings and sums stay
  document.querySelectorAll("input[data-table]").forEach((input) => {
    const rows = [...document.getElementById(input.dataset.table).querySelectorAll("tr.row, tr.muted")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const shown = document.getElementById(`${input.dataset.table}-shown`);
    const search = () => {
      const text = input.value.trim().toLowerCase();
      let count = 0;
      rows.forEach((row, index) => {
        row.hidden = !texts[index].includes(text);
        count += row.hidden ? 0 : 1;
      });
      shown.textContent = `${count} / ${rows.length}`;
    };
    input.addEventListener("input", search);
    search();
  });
})();
