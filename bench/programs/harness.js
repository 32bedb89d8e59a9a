// Runs every cause of shop.js in several variants and reports what it throws: DSN RELEASE FIRST.
const { EventEmitter } = require("node:events");
const path = require("node:path");
const Sentry = require("@sentry/node");

const [dsn, release, first] = process.argv.slice(2);
Sentry.init({ dsn, release, environment: "production", registerEsmLoaderHooks: false });
const shop = require(path.resolve("shop.js"));

const names = ["alice", "bob", "chen", "dora", "emil", "fatima", "goro", "hana"];
const name = (v) => names[v % names.length];
const causes = {
  "missing price": (v) => shop.lineTotal({ count: { value: v } }),
  "missing count": (v) => shop.lineTotal({ price: { amount: v } }),
  "empty cart": (v) => shop.average([{ price: v }]),
  "no user": () => shop.greeting(undefined),
  "card declined": (v) => shop.charge(`4111-${v * 7919}`, 100.5 + v),
  "negative amount": (v) => shop.charge(`4111-${v * 7919}`, -1 - v),
  "template missing": (v) => shop.readTemplate(`mail-${name(v)}`),
  "feed broken": (v) => shop.parseFeed('{"a": ' + "1, ".repeat(v)),
  "category loop": (v) => shop.categoryPath({ [name(v)]: name(v) }, name(v)),
  "label malformed": (v) => shop.decodeLabel("%E4".repeat(v + 1)),
  "pad count": (v) => shop.pad("x", -1 - v),
  "no smtp": () => shop.mailSettings({}),
  "no bucket": () => shop.storageSettings({}),
  "city is null": (v) => {
    const bad = { city: null };
    if (v % 3 === 0) return shop.checkout({ address: bad });
    if (v % 3 === 1) return shop.profile({ home: bad });
    return shop.importCustomers([{ city: "x" }, bad]);
  },
  "csv row": (v) => new shop.CsvExporter().run([{ id: v }]),
  "json row": (v) => new shop.JsonExporter().run([{ id: v }]),
  "rates time out": (v) => shop.fetchRates(1.5 * (v + 1)),
  "stock not known": (v) => shop.loadStock(`sku-${v}`),
  "order without sku": (v) => {
    const bus = new EventEmitter();
    shop.watch(bus);
    shop.emitOrder(bus, { lines: [{}, { id: v }] });
  },
  "address": (v) => shop.address(`${name(v)}-${v}`),
  "not a list": (v) => shop.toList(v),
  "big": (v) => shop.big(v + 0.5),
};
const said = {
  "payment refused": (v, report) => report(`payment ${v * 31} refused by bank ${v % 7}`),
  "mail bounced": (v, report) => report(`mail to ${name(v)}@example.com bounced after ${v} s`),
};

async function main() {
  for (const cause of [...Object.keys(causes), ...Object.keys(said)]) {
    for (let v = Number(first); v < Number(first) + 5; v++) {
      try {
        if (said[cause]) {
          said[cause](v, (message) =>
            Sentry.captureMessage(message, { level: "error", tags: { cause } })
          );
        } else {
          await shop.ways(() => causes[cause](v), v);
        }
      } catch (error) {
        Sentry.captureException(error, { tags: { cause } });
      }
    }
  }
  await Sentry.flush(30000);
}
main();
