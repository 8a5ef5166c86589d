import '@newsmill/store';
import '@newsmill/embedded-postgres';
