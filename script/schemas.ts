import { renderJsonSchema } from '../src/factory/json-schema.ts'
import { renderTypeSchema } from './type-schema.ts'

/** The committed schemas by file name: the factory file's from the parser's description, the others from their types. */
export const SCHEMAS: Readonly<Record<string, () => object>> = {
  'strata.schema.json': renderJsonSchema,
  'plan.schema.json': () => renderTypeSchema('src/plan/plan-file.ts', 'PlanFile', 'Strata plan'),
  'record.schema.json': () => renderTypeSchema('src/records/record.ts', 'CompatibilityRecord', 'Strata record'),
  'report.schema.json': () => renderTypeSchema('src/report/run-report.ts', 'RunReportFile', 'Strata report'),
  'prune.schema.json': () => renderTypeSchema('src/report/prune/prune-report.ts', 'PruneReport', 'Strata prune report'),
  'publish.schema.json': () =>
    renderTypeSchema('src/publish/publish-report.ts', 'PublishReport', 'Strata publish report'),
  'results.schema.json': () => renderTypeSchema('src/report/results.ts', 'Results', 'Strata results'),
}
