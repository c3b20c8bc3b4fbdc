-- A whole border by month and measure, against the same month of the years before: the share of the usual that still
-- entered, over the ports of which both are known. The same question as disruption_index asks, answered from counts.
SELECT
    entering, -- Country that is entered and counts.
    coming_from, -- Country on the other side of the border.
    measure, -- What is counted; measures are not added up.
    month, -- First day of the month.
    count(*)::INT AS ports, -- Ports with a count in this month.
    sum(value) AS value, -- How many entered at all of them. [count]
    count(usual)::INT AS ports_compared, -- Those of them of which the usual is known.
    sum(value) FILTER (usual IS NOT NULL) AS value_compared, -- How many entered at those. [count]
    sum(usual) AS usual, -- What is usual there: the sum of the ports' medians of the same month in up to three years before. [count]
    round(sum(value) FILTER (usual IS NOT NULL) / nullif(sum(usual), 0), 3) AS of_usual, -- What entered there as a share of the usual. [share]
    round(1 - sum(value) FILTER (usual IS NOT NULL) / nullif(sum(usual), 0), 3) AS share_lost, -- What is lacking of the usual; below nought where more entered. [share]
    count(*) FILTER (value = 0 AND usual > 0)::INT AS ports_at_nought, -- Ports at which nothing entered though something usually does.
    max(known_from) AS known_from -- Day on which the month could be known.
FROM crossing_count_changes
GROUP BY entering, coming_from, measure, month
