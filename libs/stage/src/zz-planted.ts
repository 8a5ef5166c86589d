import '@newsmill/outbound';
