/** The check run about the projects of a commit. */
export const CHECK = 'Meltano Deploy project';
export const PIPELINE =
  'version: pipelines/v0.1\nschedule: 0 0 6 * * *\ndata_components:\n- tap-orders\n- Warehouse\n';
const MANIFEST = `version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
    config: { password: hunter2secret }
`;
/** A project without mistakes. */
export const PROJECT = { 'meltano.yml': MANIFEST, 'pipelines/orders.yml': PIPELINE };
/** The pipeline with an error in line 3. */
export const MISSPELT = PIPELINE.replace('data_components', 'data_component');
