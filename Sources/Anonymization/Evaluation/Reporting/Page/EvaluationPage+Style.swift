extension EvaluationPage {
    static let style = """
        :root {
          --page: #f7f6f3; --surface: #ffffff; --ink: #1b2430; --muted: #5d6878; --line: #e3e0d9;
          --iteration: #0b6e66; --baseline: #96580c; --original: #46505f; --tint: #d9480f;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0e1318; --surface: #161d24; --ink: #e8ecf1; --muted: #9aa6b5; --line: #2b3540;
            --iteration: #5fd6c6; --baseline: #f1b661; --original: #c4cfdb; --tint: #ff8a4c;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100%;
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        main { max-width: 84rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
        h1 { font-size: 2.25rem; line-height: 1.15; letter-spacing: -0.02em; margin: 0; }
        h2 { font-size: 1.2rem; letter-spacing: -0.01em; margin: 0 0 0.75rem; }
        p, ul { margin: 0 0 1rem; max-width: 52rem; }
        .lead { color: var(--muted); margin: 0.5rem 0 0; }
        section { margin-top: 2.5rem; }
        .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin: 0; }
        .card, figure, .scroll { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; }
        .card { padding: 1.1rem 1.35rem; }
        .card dt { color: var(--muted); font-size: 0.9rem; }
        .card dd { margin: 0; font-size: 2.3rem; font-weight: 650; line-height: 1.2; letter-spacing: -0.02em;
          font-variant-numeric: tabular-nums; }
        .card .remark { color: var(--muted); font-size: 0.9rem; font-weight: 400; letter-spacing: 0; }
        .plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
        figure { margin: 0; padding: 1.35rem; display: flex; flex-direction: column; }
        figcaption { color: var(--muted); font-size: 0.9rem; margin-bottom: 0.75rem; }
        figcaption strong { display: block; color: var(--ink); font-size: 1.05rem; }
        svg { width: 100%; height: auto; display: block; margin-top: auto; overflow: visible; }
        svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--muted);
          font-variant-numeric: tabular-nums; }
        svg .name { fill: var(--ink); font-weight: 600; }
        svg .halo { paint-order: stroke; stroke: var(--surface); stroke-width: 4px; stroke-linejoin: round; }
        .grid { stroke: var(--line); stroke-width: 1; }
        .contour { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 5; opacity: 0.75; }
        .path { fill: none; stroke: var(--iteration); stroke-width: 2.5; stroke-linejoin: round; }
        .spread { stroke-width: 1.5; opacity: 0.4; }
        .mark { stroke: var(--surface); stroke-width: 2; }
        .mark.original { fill: var(--original); } .spread.original { stroke: var(--original); }
        .mark.baseline { fill: var(--baseline); } .spread.baseline { stroke: var(--baseline); }
        .mark.iteration { fill: var(--iteration); } .spread.iteration { stroke: var(--iteration); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 0.8rem; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.5rem 0.42rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
        thead th { border-top: 0; color: var(--muted); font-weight: 600; vertical-align: bottom; }
        th:first-child { text-align: left; position: sticky; left: 0; background: var(--surface); }
        tbody th { font-weight: 600; }
        tr.iteration th { color: var(--iteration); } tr.baseline th { color: var(--baseline); }
        td small { display: block; color: var(--muted); font-size: 0.72rem; font-weight: 400; letter-spacing: -0.02em; }
        td.leak { background: color-mix(in srgb, var(--tint) calc(var(--leak) * 0.28), transparent); }
        td.best { font-weight: 750; }
        .sum { border-left: 1px solid var(--line); }
        .arrow { display: block; font-weight: 400; }
        th:first-child, td:first-child { padding-left: 1rem; } th:last-child, td:last-child { padding-right: 1rem; }
        :focus-visible { outline: 3px solid var(--iteration); outline-offset: 2px; }
        @media print { body { background: none; } main { padding: 0; } figure, .card, tr { break-inside: avoid; } }
        """
}
