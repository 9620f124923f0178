-- There are none.
return { init = function() end, run = function() end }
