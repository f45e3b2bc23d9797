import DOMPurify from 'dompurify'
import mermaid from 'mermaid'

// Mermaid cleans labels with a DOM, which Node has not. What it would take away is what tests look for.
Object.assign(DOMPurify, { addHook: () => undefined, sanitize: (text: string) => text })
// Diagrams are known from the first call on.
await mermaid.parse('flowchart LR')

/** A box of a flowchart as Mermaid reads it. */
export type MermaidBox = { readonly id: string; readonly text: string; readonly classes: readonly string[] }

/** A flowchart as Mermaid reads it. */
export type MermaidChart = {
  readonly boxes: readonly MermaidBox[]
  readonly edges: readonly { readonly start: string; readonly end: string }[]
  readonly groups: readonly { readonly title: string; readonly nodes: readonly string[] }[]
}

type FlowDb = {
  readonly getVertices: () => ReadonlyMap<string, MermaidBox>
  readonly getEdges: () => MermaidChart['edges']
  readonly getSubGraphs: () => MermaidChart['groups']
}

/** Entity codes as Mermaid marks them while it parses (`encodeEntities`). */
const decode = (text: string): string =>
  text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)))

/** Parses a flowchart with the library that GitHub draws it with. Throws where that finds a mistake. */
export const parseMermaid = async (text: string): Promise<MermaidChart> => {
  // Nothing else says what was understood without drawing it.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text)
  const flow = db as unknown as FlowDb
  return {
    boxes: [...flow.getVertices().values()].map((box) => ({ ...box, text: decode(box.text) })),
    edges: flow.getEdges(),
    groups: flow.getSubGraphs().map((group) => ({ ...group, title: decode(group.title) })),
  }
}

/** A Gantt chart as Mermaid reads it; times in ms. */
export type MermaidGantt = {
  readonly tasks: readonly { readonly text: string; readonly start: number; readonly end: number }[]
  readonly sections: readonly string[]
}

type GanttDb = {
  readonly getTasks: () => readonly { readonly task: string; readonly startTime: Date; readonly endTime: Date }[]
  readonly getSections: () => readonly string[]
}

/** Parses a Gantt chart with the library that GitHub draws it with. Throws where that finds a mistake. */
export const parseGantt = async (text: string): Promise<MermaidGantt> => {
  // Nothing else says what was understood without drawing it.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text)
  const gantt = db as unknown as GanttDb
  return {
    tasks: gantt.getTasks().map(({ task, startTime, endTime }) => ({
      ...{ text: decode(task).trim(), start: startTime.getTime(), end: endTime.getTime() },
    })),
    sections: gantt.getSections().map(decode),
  }
}

/** The diagrams of a Markdown page. */
export const diagramsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, diagram = '']) => diagram)
