/** Lets a limited number of pieces of work run at the same time; the others wait in the order they came. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** A gate that lets `width` pieces of work in at the same time. */
export const createGate = (width: number): Gate => {
  let running = 0
  const waiting: (() => void)[] = []
  const enter = async (): Promise<void> => {
    if (running < width) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  // A place is handed on as it is, so that nobody can slip in between.
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
  return async (work) => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
