"use strict";

/** Splits the rows of a supplier file into batches for the bulk endpoint. */
function splitBatches(rows, size) {
  const batches = [];
  for (let i = 0; i < rows.length; i += size) {
    batches.push(rows.slice(i, i + size));
  }
  return batches;
}

/** Takes the supplier's quantities over; the last row for a SKU wins. */
function mergeStock(stock, rows) {
  const bySku = new Map(rows.map((row) => [row.sku, row]));
  return stock.map((item) => {
    const row = bySku.get(item.sku);
    return row ? { ...item, quantity: row.quantity } : item;
  });
}

module.exports = { splitBatches, mergeStock };
