/** One attribute of many nodes, leaves or groups. Only two kinds of arrays, so that engines read them fast. */
export type Column = Float64Array | Int32Array

/** The value at an index that is known to be there. */
export const at = (column: Column, index: number): number => column[index] ?? 0

/** Adds to the value at an index. */
export const add = (column: Column, index: number, amount: number): void => {
  column[index] = at(column, index) + amount
}

/** A column of that length with the same value everywhere. */
export const filled = (length: number, value: number): Int32Array => new Int32Array(length).fill(value)

/** A column of whole numbers, each from its index. What engines have for it makes a list of all values first. */
export const wholeColumn = (length: number, valueAt: (index: number) => number): Int32Array => {
  const column = new Int32Array(length)
  for (let index = 0; index < length; index++) column[index] = valueAt(index)
  return column
}

/** A column of numbers, each from its index. */
export const numberColumn = (length: number, valueAt: (index: number) => number): Float64Array => {
  const column = new Float64Array(length)
  for (let index = 0; index < length; index++) column[index] = valueAt(index)
  return column
}

/** The indexes at which a column has that value, ascending. Iterators and callbacks would cost too much for large work. */
export const indexesOf = (column: Int32Array, value: number): Int32Array => {
  let count = 0
  for (let index = 0; index < column.length; index++) if (column[index] === value) count += 1
  const indexes = new Int32Array(count)
  let next = 0
  for (let index = 0; index < column.length; index++) if (column[index] === value) indexes[next++] = index
  return indexes
}

/** All values of a column, added up. */
export const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0)
