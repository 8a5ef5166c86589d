import { main } from '@newsmill/service';
import { fetcher } from './fetcher.service.js';

await main(fetcher);
