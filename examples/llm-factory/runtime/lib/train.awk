# One word a line. Pairs do not reach from one shard into the next.
FNR > 1 { pairs[before " " $1]++ }
{ before = $1; words[$1]++; tokens++ }
END {
  for (word in words) vocabulary++
  for (pair in pairs) bigrams++
  printf "%d tokens, %d words, %d bigrams\n", tokens, vocabulary, bigrams
}
