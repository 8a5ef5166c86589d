import '@newsmill/store';
import '@newsmill/embedded-postgres';
import '@newsmill/parser';
