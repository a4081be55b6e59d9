"use strict";
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const PAGE = 100;
  const at = (id) => document.getElementById(id);

  // One press copies a command.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  // Whatever is folded is printed.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
    show(matching);
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    turn(page);
  });

  const list = at("list");
  let rows = [], texts = [], matching = [], page = 0;
  function show(some) { if (list) list.tBodies[0].replaceChildren(...some); }
  function turn(to) {
    const pages = Math.max(1, Math.ceil(matching.length / PAGE));
    page = Math.min(Math.max(0, to), pages - 1);
    show(matching.slice(page * PAGE, (page + 1) * PAGE));
    if (!list) return;
    at("pages").hidden = pages === 1;
    at("page").textContent = `Page ${page + 1} of ${pages}`;
    at("previous").disabled = page === 0;
    at("following").disabled = page === pages - 1;
  }
  if (!list) return;

  rows = matching = [...list.tBodies[0].rows];
  const all = rows.length.toLocaleString("en");
  function find() {
    const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdict = at("verdict").value;
    // The texts are gathered at the first search, so that the page opens sooner.
    if (words.length && !texts.length) texts = rows.map((row) => row.textContent.toLowerCase());
    matching = rows.filter((row, n) =>
      (!verdict || row.classList.contains(verdict)) && words.every((word) => texts[n].includes(word)));
    at("shown").textContent = `${matching.length.toLocaleString("en")} of ${all}`;
    turn(0);
  }
  at("search").addEventListener("input", find);
  at("verdict").addEventListener("change", find);
  at("search").form.addEventListener("submit", (event) => event.preventDefault());
  at("previous").addEventListener("click", () => turn(page - 1));
  at("following").addEventListener("click", () => turn(page + 1));

  // A cell of the map leads to its resources; so does an address that ends with #search=words.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-search]");
    if (!link) return;
    at("search").value = link.dataset.search;
    at("verdict").value = "";
    find();
  });
  function asked() {
    if (!location.hash.startsWith("#search=")) return;
    try { at("search").value = decodeURIComponent(location.hash.slice(8)); } catch { return; }
    at("resources").scrollIntoView();
    find();
  }
  addEventListener("hashchange", asked);
  find();
  list.classList.add("ready");
  asked();
});
