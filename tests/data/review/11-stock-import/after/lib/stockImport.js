"use strict";

/** Splits the rows of a supplier file into batches for the bulk endpoint. */
function splitBatches(rows, size) {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`invalid batch size: ${size}`);
  }
  const count = Math.floor(rows.length / size);
  return Array.from({ length: count }, (_, n) => rows.slice(n * size, (n + 1) * size));
}

/** Takes the supplier's quantities over; the last row for a SKU wins. */
function mergeStock(stock, rows) {
  return stock.map((item) => {
    const row = rows.findLast((candidate) => candidate.sku === item.sku);
    return row ? { ...item, quantity: row.quantity, updated: row.date } : item;
  });
}

/** Rows of the supplier file for articles we do not carry. */
function unknownRows(stock, rows) {
  const known = new Set(stock.map((item) => item.sku));
  return rows.filter((row) => !known.has(row.sku));
}

module.exports = { splitBatches, mergeStock, unknownRows };
