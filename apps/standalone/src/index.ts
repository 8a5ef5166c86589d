export { services } from './pipeline.js';
export { pipelineTopics, stages } from './stages.js';
export { startSampleSite, type SampleSite } from './sample/sample-site.js';
export { startStandalone, type Standalone, type StandaloneOptions } from './standalone.js';
export { metricGroups } from './reference/metrics-page.js';
export { referenceFiles } from './reference/reference.js';
export { recordOf } from './record-of.js';
