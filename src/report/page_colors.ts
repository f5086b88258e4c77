/** The colors of all pages that this package writes. @module */

/**
 * Colors by what they are for, in light and dark: text has at least the contrast 4.5 to 1. Series colors are told apart
 * by people who see colors differently (after Okabe-Ito and Tol).
 */
export const COLORS: string =
  `:root{color-scheme:light dark;--page:#f5f6f8;--surface:#fff;--ink:#18202b;--muted:#566173;--line:#dfe3e9;
--accent:#0b5fa5;--shade:#18202b38;--soft:#eaf2fa;--heat:#2f86c6;--good:#00734f;--bad:#b3420a;
--c1:#0072b2;--c2:#d55e00;--c3:#009e73;--c4:#aa4499;--c5:#b07d00;--c6:#332288;--c7:#882255;--c8:#5c6670}
@media(prefers-color-scheme:dark){:root{--page:#10151c;--surface:#181f29;--ink:#e8ecf1;--muted:#a3aebc;
--line:#303a48;--accent:#7cbcf2;--shade:#000000b0;--soft:#1d2c3d;--heat:#2f7fc0;--good:#4fd3a6;--bad:#ff9d66;
--c1:#56b4e9;--c2:#ff8c42;--c3:#2fcf9f;--c4:#e08fd8;--c5:#f0c840;--c6:#a7a4ff;--c7:#ff86a8;--c8:#b4bdc8}}
`;
