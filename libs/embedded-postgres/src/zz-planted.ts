import '@newsmill/web';
