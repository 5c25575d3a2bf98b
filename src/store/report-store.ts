import { type Kysely, sql } from 'kysely';
import { isCommitRunId } from '../domain/commit-run.ts';
import { isPipelineWatchId } from '../domain/pipeline-watch.ts';
import type { ReportQueue, ReportStore } from '../reporting/report-store.ts';
import { MAY_BE_TWICE } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

export function createReportStore(db: Kysely<Schema>): ReportQueue & Omit<ReportStore, 'getDeployment'> {
  return {
    async listReportable(installationId) {
      const ofInstallation = db
        .selectFrom('deployment')
        .innerJoin('repository', 'repository.id', 'deployment.repositoryId')
        .selectAll('deployment')
        .where('repository.installationId', '=', installationId);
      // Three queries, because each has its own partial index.
      const open = await ofInstallation.where('state', '<>', sql.lit('concluded')).execute();
      const owed = await ofInstallation.whereRef('reportedRevision', '<', 'revision').execute();
      const twice = await ofInstallation.where(MAY_BE_TWICE).execute();
      const rows = new Map([...open, ...owed, ...twice].map((row) => [row.id, row]));
      return [...rows.values()].map(toDeployment);
    },

    async saveReport(id, report) {
      await db.updateTable(chooseTable(id)).set(report).where('id', '=', id).execute();
    },
  };
}

function chooseTable(id: string): 'commitRun' | 'pipelineWatch' | 'deployment' {
  if (isCommitRunId(id)) return 'commitRun';
  return isPipelineWatchId(id) ? 'pipelineWatch' : 'deployment';
}
