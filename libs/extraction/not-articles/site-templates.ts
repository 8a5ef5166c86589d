import { each, escapeHtml as e, openDocument, slugOf, type SiteTemplate } from './site-template.ts';

/** A blog system: widgets, hentry classes. */
const blog: SiteTemplate = {
  page: (f) => `${openDocument(f)}<body class="archive custom-background">
<div id="page"><header id="masthead" class="site-header"><p class="site-title"><a href="/">${e(f.tongue.site)}</a></p>
<nav id="site-navigation"><ul id="primary-menu">${each(f.tongue.sections, (s) => `<li class="menu-item"><a href="/category/${slugOf(s)}/">${e(s)}</a></li>`)}</ul></nav>
${f.headerLogin ? `<form name="loginform" action="/wp-login.php"><input type="text" name="log"><input type="password" name="pwd"><input type="submit" value="${e(f.tongue.login)}"></form>` : ''}</header>
<div id="content" class="site-content"><div id="primary"><main id="main" class="site-main">${f.main}</main></div>
<aside id="secondary" class="widget-area"><section class="widget widget_recent_entries"><h2 class="widget-title">${e(f.tongue.popular)}</h2><ul>${each(f.popular, (t) => `<li><a href="${t.href}">${e(t.headline)}</a></li>`)}</ul></section></aside></div>
<footer id="colophon" class="site-footer"><div class="cookie-notice"><p>${e(f.tongue.cookies)}</p></div>${each(f.tongue.footer, (t) => `<a href="/${slugOf(t)}/">${e(t)}</a>`)}<p>© 2025 ${e(f.tongue.site)}</p></footer></div></body></html>`,
  content: (headline, inner) =>
    `<article class="post hentry"><header class="entry-header">${headline === undefined ? '' : `<h1 class="entry-title">${e(headline)}</h1>`}</header><div class="entry-content">${inner}</div></article>`,
  paragraphs: (texts) => each(texts, (t) => `<p>${e(t)}</p>`),
  cards: (teasers, style, tongue) =>
    each(
      teasers,
      (t) =>
        `<article class="post type-post hentry"><header class="entry-header"><h2 class="entry-title"><a href="${t.href}" rel="bookmark">${e(t.headline)}</a></h2>${style.date ? `<div class="entry-meta"><span class="posted-on"><time class="entry-date published">${t.date}</time></span></div>` : ''}</header>${style.teaser ? `<div class="entry-summary"><p>${e(t.text)}${style.more ? ` <a class="more-link" href="${t.href}">${e(tongue.more)}</a>` : ''}</p></div>` : ''}</article>`,
    ),
};

/** A newspaper's own front end: block, element, modifier. */
const blocks: SiteTemplate = {
  page: (
    f,
  ) => `${openDocument(f)}<body><div class="o-page"><header class="o-header"><a class="o-header__logo" href="/">${e(f.tongue.site)}</a>
<nav class="m-nav">${each(f.tongue.sections, (s) => `<a class="m-nav__link" href="/${slugOf(s)}">${e(s)}</a>`)}</nav>${f.headerLogin ? `<div class="m-account"><form><label>${e(f.tongue.login)}</label><input type="email"><input type="password"></form></div>` : ''}</header>
<main class="o-main">${f.main}</main><section class="m-ranking"><h2 class="m-ranking__title">${e(f.tongue.popular)}</h2><ol>${each(f.popular, (t, i) => `<li class="m-ranking__item"><span>${i + 1}</span><a href="${t.href}">${e(t.headline)}</a></li>`)}</ol></section>
<footer class="o-footer">${each(f.tongue.footer, (t) => `<a class="o-footer__link" href="/${slugOf(t)}">${e(t)}</a>`)}<small>© ${e(f.tongue.site)} 2025</small></footer></div><div class="m-cookiebar" role="dialog">${e(f.tongue.cookies)}</div></body></html>`,
  content: (headline, inner) =>
    `<div class="o-story">${headline === undefined ? '' : `<h1 class="o-story__headline">${e(headline)}</h1>`}<div class="o-story__text">${inner}</div></div>`,
  paragraphs: (texts) => each(texts, (t) => `<p class="a-par">${e(t)}</p>`),
  cards: (teasers, style, tongue) =>
    `<div class="l-grid">${each(
      teasers,
      (t) =>
        `<div class="l-grid__cell"><div class="c-card">${style.image ? `<a href="${t.href}"><img src="/img${t.href}.jpg" alt="${e(t.headline)}" width="640" height="360"></a>` : ''}<a class="c-card__link" href="${t.href}"><h3 class="c-card__headline">${e(t.headline)}</h3></a>${style.teaser ? `<p class="c-card__lead">${e(t.text)}</p>` : ''}${style.date ? `<span class="c-card__when">${t.date}</span>` : ''}${style.more ? `<a href="${t.href}">${e(tongue.more)}</a>` : ''}</div></div>`,
    )}</div>`,
};

/** Utility classes that say nothing about content. */
const utility: SiteTemplate = {
  page: (
    f,
  ) => `${openDocument(f)}<body class="bg-white text-gray-900 antialiased"><div class="flex flex-col min-h-screen"><div class="flex items-center justify-between px-4"><a href="/" class="text-2xl font-black">${e(f.tongue.site)}</a><div class="hidden md:flex space-x-4">${each(f.tongue.sections, (s) => `<a href="/s/${slugOf(s)}" class="text-sm">${e(s)}</a>`)}</div>${f.headerLogin ? '<form class="flex"><input type="password" class="rounded border"></form>' : ''}</div>
<div class="grow max-w-5xl mx-auto">${f.main}</div><div class="border-t mt-8"><p class="font-bold">${e(f.tongue.popular)}</p><div class="grid grid-cols-2 gap-2">${each(f.popular, (t) => `<a class="text-base" href="${t.href}">${e(t.headline)}</a>`)}</div></div>
<div class="bg-gray-100 p-4 text-xs">${each(f.tongue.footer, (t) => `<a class="mr-2" href="/p/${slugOf(t)}">${e(t)}</a>`)}</div></div></body></html>`,
  content: (headline, inner) =>
    `<div class="py-6">${headline === undefined ? '' : `<h1 class="text-4xl font-bold">${e(headline)}</h1>`}<div class="mt-4 leading-7">${inner}</div></div>`,
  paragraphs: (texts) => each(texts, (t) => `<p class="mb-4">${e(t)}</p>`),
  cards: (teasers, style) =>
    `<div class="divide-y">${each(
      teasers,
      (t) =>
        `<div class="flex py-3"><div class="w-2/3"><a href="${t.href}" class="block text-lg hover:underline">${e(t.headline)}</a>${style.teaser ? `<div class="text-gray-600">${e(t.text)}</div>` : ''}${style.date ? `<div class="text-xs">${t.date}</div>` : ''}</div>${style.image ? `<img class="w-1/3" src="/i${t.href}.webp" alt="">` : ''}</div>`,
    )}</div>`,
};

/** Hashed class names of a compiled front end, state in a script. */
const hashed: SiteTemplate = {
  page: (
    f,
  ) => `${openDocument(f)}<body><div id="__next"><div class="css-1dv1kvn"><div class="css-9q2fl"><a class="css-k008qs" href="/">${e(f.tongue.site)}</a>${each(f.tongue.sections, (s) => `<a class="css-1wjnrbv" href="/${slugOf(s)}">${e(s)}</a>`)}${f.headerLogin ? '<div role="dialog"><input type="password"></div>' : ''}</div><div class="css-ov1ktg">${f.main}</div>
<div class="css-15g2oxy"><div class="css-5m0rz">${e(f.tongue.popular)}</div>${each(f.popular, (t) => `<div class="css-8atqhb"><a href="${t.href}">${e(t.headline)}</a></div>`)}</div><div class="css-1e1s8k7">${each(f.tongue.footer, (t) => `<a href="/${slugOf(t)}">${e(t)}</a>`)}</div></div></div>
<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"locale":"${f.tongue.code}"}},"page":"/[...slug]"}</script></body></html>`,
  content: (headline, inner) =>
    `<section class="css-1r7ky0e">${headline === undefined ? '' : `<h1 class="css-19v6bsu">${e(headline)}</h1>`}<div class="css-53u6y8">${inner}</div></section>`,
  paragraphs: (texts) => each(texts, (t) => `<p class="css-at9mc1">${e(t)}</p>`),
  cards: (teasers, style) =>
    `<ol class="css-13o0c9t">${each(
      teasers,
      (t) =>
        `<li class="css-18yolpw"><div class="css-1i8vfl5"><div class="css-e1lvw9">${style.date ? `<span class="css-1echdzn">${t.date}</span>` : ''}<a href="${t.href}"><h3 class="css-1kv6qi">${e(t.headline)}</h3>${style.teaser ? `<p class="css-1pga48a">${e(t.text)}</p>` : ''}</a></div></div></li>`,
    )}</ol>`,
};

/** Plain elements without any class. */
const plain: SiteTemplate = {
  page: (
    f,
  ) => `${openDocument(f)}<body><header><a href="/">${e(f.tongue.site)}</a><nav><ul>${each(f.tongue.sections, (s) => `<li><a href="/${slugOf(s)}/">${e(s)}</a></li>`)}</ul></nav>${f.headerLogin ? '<form><input type="password"></form>' : ''}</header><main>${f.main}</main>
<aside><h2>${e(f.tongue.popular)}</h2><ul>${each(f.popular, (t) => `<li><a href="${t.href}">${e(t.headline)}</a></li>`)}</ul></aside><footer><ul>${each(f.tongue.footer, (t) => `<li><a href="/${slugOf(t)}">${e(t)}</a></li>`)}</ul></footer></body></html>`,
  content: (headline, inner) => `<article>${headline === undefined ? '' : `<h1>${e(headline)}</h1>`}${inner}</article>`,
  paragraphs: (texts) => each(texts, (t) => `<p>${e(t)}</p>`),
  cards: (teasers, style, tongue) =>
    each(
      teasers,
      (t) =>
        `<section><h2><a href="${t.href}">${e(t.headline)}</a></h2>${style.date ? `<time>${t.date}</time>` : ''}${style.teaser ? `<p>${e(t.text)}</p>` : ''}${style.more ? `<p><a href="${t.href}">${e(tongue.more)}</a></p>` : ''}</section>`,
    ),
};

/** Tables and font elements, as pages were laid out before style sheets. */
const tables: SiteTemplate = {
  page: (f) =>
    `${openDocument(f)}<body bgcolor="#ffffff"><table width="100%" border="0"><tr><td colspan="3"><font size="6"><b>${e(f.tongue.site)}</b></font></td></tr><tr><td width="140" valign="top">${each(f.tongue.sections, (s) => `<a href="/${slugOf(s)}.html">${e(s)}</a><br>`)}${f.headerLogin ? '<form><input type=password></form>' : ''}</td><td valign="top">${f.main}</td><td width="180" valign="top"><b>${e(f.tongue.popular)}</b><br>${each(f.popular, (t) => `<a href="${t.href}">${e(t.headline)}</a><br><br>`)}</td></tr><tr><td colspan="3"><font size="1">${each(f.tongue.footer, (t) => `<a href="/${slugOf(t)}.html">${e(t)}</a> `)}</font></td></tr></table></body></html>`,
  content: (headline, inner) =>
    `${headline === undefined ? '' : `<font size="5"><b>${e(headline)}</b></font><br><br>`}${inner}`,
  paragraphs: (texts) => each(texts, (t) => `${e(t)}<br><br>`),
  cards: (teasers, style, tongue) =>
    each(
      teasers,
      (t) =>
        `<b><a href="${t.href}">${e(t.headline)}</a></b>${style.date ? ` <i>${t.date}</i>` : ''}<br>${style.teaser ? `${e(t.text)}<br>` : ''}${style.more ? `<a href="${t.href}">${e(tongue.more)}</a><br>` : ''}<hr>`,
    ),
};

/** A content management system that names every field and row. */
const fields: SiteTemplate = {
  page: (
    f,
  ) => `${openDocument(f)}<body class="path-node"><div class="dialog-off-canvas-main-canvas"><div class="layout-container"><header role="banner"><div class="region region-header"><a href="/" rel="home">${e(f.tongue.site)}</a></div></header><div class="region region-primary-menu"><ul class="menu">${each(f.tongue.sections, (s) => `<li class="menu-item"><a href="/${slugOf(s)}">${e(s)}</a></li>`)}</ul>${f.headerLogin ? '<div class="block-user-login"><form class="user-login-form"><input type="password" name="pass"></form></div>' : ''}</div>
<main role="main"><div class="region region-content">${f.main}</div></main><div class="region region-sidebar-second"><div class="block block-views"><h2>${e(f.tongue.popular)}</h2><div class="item-list"><ul>${each(f.popular, (t) => `<li><a href="${t.href}">${e(t.headline)}</a></li>`)}</ul></div></div></div><footer role="contentinfo">${each(f.tongue.footer, (t) => `<a href="/${slugOf(t)}">${e(t)}</a>`)}</footer></div></div></body></html>`,
  content: (headline, inner) =>
    `<div class="node node--view-mode-full">${headline === undefined ? '' : `<h1><span class="field field--name-title">${e(headline)}</span></h1>`}<div class="node__content"><div class="field field--name-field-text">${inner}</div></div></div>`,
  paragraphs: (texts) => each(texts, (t) => `<p>${e(t)}</p>`),
  cards: (teasers, style, tongue) =>
    `<div class="view-content">${each(
      teasers,
      (t, i) =>
        `<div class="views-row views-row-${i + 1}"><div class="views-field views-field-title"><span class="field-content"><a href="${t.href}">${e(t.headline)}</a></span></div>${style.date ? `<div class="views-field views-field-created">${t.date}</div>` : ''}${style.teaser ? `<div class="views-field views-field-body"><div class="field-content"><p>${e(t.text)}</p></div></div>` : ''}${style.more ? `<div class="views-field-view-node"><a href="${t.href}">${e(tongue.more)}</a></div>` : ''}</div>`,
    )}</div>`,
};

/** Class names in the publisher's own language, everything in div. */
const native: SiteTemplate = {
  page: (
    f,
  ) => `${openDocument(f)}<body><div id="contenedor"><div id="cabecera"><a href="/">${e(f.tongue.site)}</a></div><div id="secciones">${each(f.tongue.sections, (s) => `<div class="seccion"><a href="/${slugOf(s)}">${e(s)}</a></div>`)}</div>${f.headerLogin ? '<div id="acceso"><form><input type="password"></form></div>' : ''}
<div id="columna1">${f.main}</div><div id="columna2"><div class="titulillo">${e(f.tongue.popular)}</div>${each(f.popular, (t) => `<div class="masvisto"><a href="${t.href}">${e(t.headline)}</a></div>`)}</div><div id="pie">${each(f.tongue.footer, (t) => `<a href="/${slugOf(t)}">${e(t)}</a> | `)}</div></div></body></html>`,
  content: (headline, inner) =>
    `<div class="noticia">${headline === undefined ? '' : `<div class="titular"><h1>${e(headline)}</h1></div>`}<div class="texto">${inner}</div></div>`,
  paragraphs: (texts) => each(texts, (t) => `<div class="parrafo">${e(t)}</div>`),
  cards: (teasers, style) =>
    each(
      teasers,
      (t) =>
        `<div class="modulo">${style.image ? `<div class="foto"><a href="${t.href}"><img src="/f${t.href}.jpg" alt="${e(t.headline)}"></a></div>` : ''}${style.date ? `<div class="fecha">${t.date}</div>` : ''}<div class="tit"><a href="${t.href}">${e(t.headline)}</a></div>${style.teaser ? `<div class="entradilla">${e(t.text)}</div>` : ''}</div>`,
    ),
};

export const siteTemplates = { blog, blocks, utility, hashed, plain, tables, fields, native } as const;
export type SiteName = keyof typeof siteTemplates;
