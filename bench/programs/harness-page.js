// Makes page.js fail, each cause in several variants.
import * as Sentry from "@sentry/browser";
import * as page from "page";

const query = new URLSearchParams(location.search);
const first = Number(query.get("first"));
Sentry.init({ dsn: query.get("dsn"), release: query.get("release"), integrations: (known) => known.filter((each) => each.name !== "Dedupe") });
const names = ["alice", "bob", "chen", "dora", "emil", "fatima", "goro", "hana"];

const name = (v) => names[v % names.length];
const causes = {
  "missing price": (v) => page.lineTotal({ count: { value: v } }),
  "missing count": (v) => page.lineTotal({ price: { amount: v } }),
  "no items": (v) => page.showBasket({ owner: name(v) }),
  "no city field": (v) => page.fillAddress(document.createElement("form"), { city: name(v) }),
  "card declined": (v) => page.charge(`4111-${v * 7919}`, 100.5 + v),
  "negative amount": (v) => page.charge(`4111-${v * 7919}`, -1 - v),
  "stored theme broken": (v) => page.readStored("{".repeat(v + 1)),
  "label malformed": (v) => page.decodeLabel("%E4".repeat(v + 1)),
  "no map": () => page.mapSettings({}),
  "no chat": () => page.chatSettings({}),
  "city is null": (v) =>
    v % 2 ? page.profile({ home: { city: null } }) : page.checkout({ address: { city: null } }),
  "rates time out": (v) => page.loadRates(1.5 * (v + 1)),
  "point without y": (v) => page.drawChart([{ x: v }]),
  "tree loop": (v) => page.nested({ id: v }),
};

for (const cause of Object.keys(causes)) {
  for (let v = first; v < first + 5; v++) {
    try {
      await page.ways(() => causes[cause](v), v);
    } catch (error) {
      Sentry.captureException(error, { tags: { cause } });
      await Sentry.flush(5000);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
await Sentry.flush(10000);
await fetch("/done");
