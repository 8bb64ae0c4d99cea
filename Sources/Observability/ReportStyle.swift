/// How the report's page looks, and the hash with which its policy allows this style alone.
package enum ReportStyle {
    /// A content security policy's source for `sheet`: the SHA-256 of its text, which a test computes anew.
    package static let hash = "'sha256-HQDvEdk7MhiMpFf5+xNADeq76xybhSeKjmTdcUIGNtQ='"

    package static let sheet = """
        :root{color-scheme:light dark;--back:#fff;--text:#1c2128;--weak:#57606a;--line:#d0d7de;--good:#116329;--bad:#b3261e;--warn:#8a5300;--panel:#f6f8fa}
        @media(prefers-color-scheme:dark){:root{--back:#0f1318;--text:#e6edf3;--weak:#9aa6b2;--line:#30363d;--good:#6cd08a;--bad:#ff8a80;--warn:#f2c063;--panel:#171c23}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem}
        h1{font-size:1.4rem;margin:.2rem 0}
        h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
        h3{font-size:1rem;margin:1rem 0 .3rem}
        a{color:inherit}
        dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.4rem 1.5rem;margin:.8rem 0}
        dt{color:var(--weak);font-size:.85rem}
        dd{margin:0;overflow-wrap:anywhere}
        table{border-collapse:collapse;width:100%}
        caption{text-align:left;color:var(--weak);padding:.4rem 0}
        th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--weak);font-weight:600;font-size:.85rem}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .scroll{overflow-x:auto}
        .scroll svg{min-width:40rem;width:100%;height:auto}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1rem 2.5rem;align-items:start}
        pre,blockquote{background:var(--panel);border-left:3px solid var(--line);margin:.6rem 0;padding:.6rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere}
        code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
        .name,.name code{white-space:nowrap;overflow-wrap:normal}
        .good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.weak{color:var(--weak)}
        .outcome strong{font-size:1.1rem;margin-right:.5rem}
        .alarm{border:1px solid var(--bad);color:var(--bad);padding:.4rem .8rem;border-radius:.3rem}
        :focus-visible{outline:2px solid currentColor;outline-offset:2px}
        @media print{.back{display:none}}
        """
}
