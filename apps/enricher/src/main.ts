import { main } from '@newsmill/service';
import { enricher } from './enricher.service.js';

await main(enricher);
