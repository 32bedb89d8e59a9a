// A small service with known faults, as shop.py has them; harness.js makes it fail.
const fs = require("node:fs");

class PaymentDeclined extends Error {
  constructor(message) {
    super(message);
    this.name = "PaymentDeclined";
  }
}

function lineTotal(line) {
  return line.price.amount * line.count.value;
}
function average(lines) {
  return lines.reduce((sum, line) => sum + line.price, 0) / lines.first.length;
}
function greeting(user) {
  return "Dear " + user.name.toUpperCase();
}
function charge(card, amount) {
  if (amount > 100) throw new PaymentDeclined(`card ${card} declined for ${amount} EUR`);
  if (amount < 0) throw new PaymentDeclined(`card ${card} cannot be charged ${amount} EUR`);
}
function readTemplate(name) {
  return fs.readFileSync(`/nonexistent/templates/${name}.html`, "utf8");
}
function parseFeed(text) {
  return JSON.parse(text);
}
function categoryPath(tree, name) {
  return categoryPath(tree, tree[name]) + "/" + name;
}
function decodeLabel(text) {
  return decodeURIComponent(text);
}
function pad(text, count) {
  return text.repeat(count);
}
function required(value, what) {
  if (value === undefined) throw new Error(`${what} is required`);
  return value;
}
function mailSettings(settings) {
  return required(settings.smtp, "smtp");
}
function storageSettings(settings) {
  return required(settings.bucket, "bucket");
}
function normalise(address) {
  return address.city.trim().toUpperCase();
}
function checkout(order) {
  return normalise(order.address);
}
function profile(user) {
  const home = user.home;
  return { city: normalise(home) };
}
const importCustomers = (rows) => rows.map((row) => normalise(row));
class Exporter {
  run(rows) {
    return rows.map((row) => this.render(row));
  }
}
class CsvExporter extends Exporter {
  render(row) {
    return row.cells.join(",");
  }
}
class JsonExporter extends Exporter {
  render(row) {
    return Object.keys(row.fields.list);
  }
}
async function fetchRates(seconds) {
  await new Promise((done) => setTimeout(done, 1));
  throw new Error(`no rates after ${seconds}s`);
}
async function loadStock(sku) {
  try {
    await fetchRates(3);
  } catch (error) {
    throw new Error(`stock of ${sku} is not known`, { cause: error });
  }
}
function emitOrder(bus, order) {
  bus.emit("order", order);
}
function watch(bus) {
  bus.on("order", (order) => order.lines.forEach((line) => line.sku.id));
}
function address(value) {
  return new URL(value).host;
}
function toList(value) {
  return [...value];
}
function big(value) {
  return BigInt(value);
}

// The same call by another way in: direct, a promise, a timer, a loop.
async function ways(call, v) {
  if (v % 4 === 0) return call();
  if (v % 4 === 1) return Promise.resolve().then(call);
  if (v % 4 === 2) {
    return new Promise((done, fail) =>
      setTimeout(() => {
        try {
          Promise.resolve(call()).then(done, fail);
        } catch (error) {
          fail(error);
        }
      }, 1)
    );
  }
  for (const one of [call]) await one();
}

module.exports = {
  PaymentDeclined,
  lineTotal,
  average,
  greeting,
  charge,
  readTemplate,
  parseFeed,
  categoryPath,
  decodeLabel,
  pad,
  required,
  mailSettings,
  storageSettings,
  normalise,
  checkout,
  profile,
  CsvExporter,
  JsonExporter,
  fetchRates,
  loadStock,
  emitOrder,
  watch,
  address,
  toList,
  big,
  importCustomers,
  ways,
};
