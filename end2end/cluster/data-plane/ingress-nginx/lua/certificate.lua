-- Every server shows the controller's self-signed certificate.
return { call = function() end }
