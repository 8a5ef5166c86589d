import { main } from '@newsmill/service';
import { store } from './store.service.js';

await main(store);
