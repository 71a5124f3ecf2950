// Opens the tables that lie in the page in DuckDB, and shows what a question answers. Nothing is fetched.
import * as duckdb from "@duckdb/duckdb-wasm";

const bytes = async (id) => {
  const text = document.getElementById(id).textContent.trim();
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
};
// A page on the disk may not fetch, not even what it made itself: the worker is given the engine, whatever it asks for.
const GIVEN = `
  let give;
  const engine = new Promise((done) => { give = done; });
  addEventListener("message", (event) => {
    if (!(event.data instanceof Uint8Array)) return;
    event.stopImmediatePropagation();
    give(event.data);
  });
  self.fetch = async () => new Response(await engine, { headers: { "Content-Type": "application/wasm" } });
`;
const element = (id) => document.getElementById(id);

async function open() {
  const program = new Blob([GIVEN, await bytes("worker")], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(program));
  const engine = await bytes("engine");
  worker.postMessage(engine, [engine.buffer]);
  const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  await database.instantiate("https://engine.invalid/");
  await database.open({ query: { castBigIntToDouble: true, castDecimalToDouble: true } });
  const connection = await database.connect();
  for (const table of document.querySelectorAll("script[data-table]")) {
    await connection.insertArrowFromIPCStream(await bytes(table.id), { name: table.dataset.table });
  }
  await connection.query("set autoinstall_known_extensions = false");
  return connection;
}

// Numbers as people in Việt Nam write them; a share stays a fraction, as in the files.
const shown = (value) => {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toLocaleString("vi", { maximumFractionDigits: 4 });
  return String(value);
};

const MOST_ROWS = 1000;

function show(result) {
  const table = document.createElement("table");
  const names = result.schema.fields.map((field) => field.name);
  const head = table.createTHead().insertRow();
  for (const name of names) head.append(Object.assign(document.createElement("th"), { textContent: name }));
  const body = table.createTBody();
  const rows = result.toArray();
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = body.insertRow();
    for (const name of names) {
      const cell = line.insertCell();
      cell.textContent = shown(row[name]);
      if (typeof row[name] === "number") cell.className = "number";
    }
  }
  element("answer").replaceChildren(table);
  element("state").textContent =
    rows.length > MOST_ROWS ? `${rows.length} dòng, hiện ${MOST_ROWS} dòng đầu` : `${rows.length} dòng`;
}

async function start() {
  let connection;
  try {
    connection = await open();
  } catch (error) {
    element("state").textContent = `Trình duyệt này không mở được dữ liệu: ${error.message}`;
    return;
  }
  const ask = async () => {
    element("state").textContent = "Đang tính …";
    try {
      show(await connection.query(element("question").value));
    } catch (error) {
      element("answer").replaceChildren();
      element("state").textContent = `Câu hỏi không chạy được: ${error.message}`;
    }
    element("state").dataset.done = String(Number(element("state").dataset.done ?? 0) + 1);
  };
  for (const button of document.querySelectorAll("button[data-sql]")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      element("question").value = button.dataset.sql;
      ask();
    });
  }
  element("ask").disabled = false;
  element("ask").addEventListener("click", ask);
  element("state").textContent = "Sẵn sàng";
}

start();
