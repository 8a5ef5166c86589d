import { main } from '@newsmill/service';
import { parser } from './parser.service.js';

await main(parser);
