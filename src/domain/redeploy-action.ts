/** By this GitHub says that the Redeploy button of a check run was pressed. */
export const REDEPLOY_ACTION = 'redeploy';
