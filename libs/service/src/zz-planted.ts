import '@newsmill/web';
import '@newsmill/embedded-postgres';
