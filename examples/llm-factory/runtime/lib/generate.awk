# Lines are `word next`. Stops where nothing follows, and after twenty words where a table goes in circles.
{ next_word[$1] = $2 }
END {
  text = word
  for (i = 1; i < 20 && word in next_word; i++) {
    word = next_word[word]
    text = text " " word
  }
  print text
}
