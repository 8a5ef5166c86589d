import '@newsmill/outbound';
import '@newsmill/embedded-postgres';
