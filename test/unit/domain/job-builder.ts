import { DEPLOY_JOB_TYPE, type Job } from '../../../src/domain/job.ts';

/** A queued deployment job without further facts. */
export function buildJob(differences: Partial<Job> = {}): Job {
  const { created = null, startTime = null, endTime = null } = differences;
  return {
    id: 'job',
    type: DEPLOY_JOB_TYPE,
    status: 'QUEUED',
    created,
    commitId: null,
    startTime,
    endTime,
    serviceTimes: {
      created,
      startTime,
      endTime,
    },
    attempt: 0,
    maxAttempts: 0,
    triggeredBy: null,
    ...differences,
  };
}
