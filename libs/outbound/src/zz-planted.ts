import '@newsmill/embedded-postgres';
