// A page with known faults, as shop.py has them; harness-page.js makes it fail.
export class PaymentDeclined extends Error {
  constructor(message) {
    super(message);
    this.name = "PaymentDeclined";
  }
}
export function lineTotal(line) {
  const price = line.price.amount;
  return price * line.count.value;
}
export function showBasket(basket) {
  document.title = `${basket.owner}: ${basket.items.length}`;
}
export function fillAddress(form, address) {
  form.querySelector("#city").value = address.city;
}
export function charge(card, amount) {
  if (amount > 100) throw new PaymentDeclined(`card ${card} declined for ${amount} EUR`);
  if (amount < 0) throw new PaymentDeclined(`card ${card} cannot be charged ${amount} EUR`);
}
export function readStored(text) {
  return JSON.parse(text).theme;
}
export function decodeLabel(text) {
  return decodeURIComponent(text);
}
export function required(value, what) {
  if (value === undefined) throw new Error(`${what} is required`);
  return value;
}
export function mapSettings(settings) {
  return required(settings.map, "map");
}
export function chatSettings(settings) {
  return required(settings.chat, "chat");
}
export function normalise(address) {
  return address.city.trim().toUpperCase();
}
export function checkout(order) {
  return normalise(order.address);
}
export function profile(user) {
  const home = user.home;
  return { city: normalise(home) };
}
export async function loadRates(seconds) {
  await new Promise((done) => setTimeout(done, 1));
  throw new Error(`no rates after ${seconds}s`);
}
export function drawChart(points) {
  return points.map((point) => point.y.toFixed(2));
}
export function nested(tree) {
  return nested(tree.next || tree);
}

export async function ways(call, v) {
  if (v % 3 === 0) return call();
  if (v % 3 === 1) return Promise.resolve().then(call);
  return new Promise((done, fail) => {
    const button = document.createElement("button");
    button.addEventListener("click", () => {
      try {
        Promise.resolve(call()).then(done, fail);
      } catch (error) {
        fail(error);
      }
    });
    button.click();
  });
}
